import { Stack, type aws_ecr as ecr, aws_iam as iam, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Errand } from './contract';
import { acknowledgeResources } from '../../private/acknowledge';
import { LIMITS } from '../../private/limits';
import { assumedCharacters } from '../../private/policy-size';

/** What else a pattern holds beside the repositories. */
const FRAME = 400;
/**
 * Names that the input of a rule target has room for, which is 8,192 characters; ARNs that a statement has room for, so
 * that the CDK can make several policies of many.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
 */
const AT_ONCE = 25;
/** An environment has room for 4 KB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const ENVIRONMENT_ROOM = 3_000;

type FindErrand = Extract<Errand, { errand: 'find' }>;
/** Texts and objects; the CDK declares texts only. */
type Patterns = any[];

/** The repositories of a gate, in the forms that rules and permissions want. */
export class WatchedRepositories {
  private readonly stack: Stack;
  private readonly refs: readonly ecr.IRepositoryRef[];
  private readonly named: readonly string[];

  constructor(scope: IConstruct, refs: readonly ecr.IRepositoryRef[], named: readonly string[]) {
    this.stack = Stack.of(scope);
    this.refs = [...new Map(refs.map((ref) => [ref.repositoryRef.repositoryName, ref])).values()];
    this.named = [...new Set(named)];
  }

  /** Names with `*` for any characters; everything where nothing is named. */
  public get patterns(): readonly string[] {
    return this.refs.length + this.named.length === 0 ? ['*'] : this.named;
  }

  public get names(): string[] {
    return this.refs.map(({ repositoryRef }) => repositoryRef.repositoryName);
  }

  /** What is looked through for images, in as many errands as rule targets have room for. */
  public get errands(): FindErrand[] {
    const isPattern = (name: string) => name.includes('*');
    const repositories = lists([...this.names, ...this.patterns.filter((name) => !isPattern(name))]);
    const patterns = lists(this.patterns.filter(isPattern));
    return [
      ...repositories.map((names): FindErrand => ({ errand: 'find', repositories: names, patterns: [] })),
      ...patterns.map((names): FindErrand => ({ errand: 'find', repositories: [], patterns: names })),
    ];
  }

  /** For a function that is to know what is watched, as far as there is room for all of it. */
  public get environment(): Record<string, string> {
    const all = [...this.names, ...this.patterns];
    return assumedCharacters(this.stack.resolve(all)) > ENVIRONMENT_ROOM ? {} : { REPOSITORIES: this.stack.toJsonString(all) };
  }

  private get arns(): string[] {
    return [...this.refs.map(({ repositoryRef }) => repositoryRef.repositoryArn), ...this.patterns.map((pattern) => this.arn(pattern))];
  }

  /** Lets a function do so much with each of them. */
  public allow(handler: lambda.Function, actions: string[]): void {
    for (const resourceArns of lists(this.arns)) iam.Grant.addToPrincipal({ grantee: handler, actions, resourceArns });
    acknowledgeResources(handler.role!, this.arns, 'The repositories that the gate watches, those to come too.');
  }

  /** What the field with the name of a repository must be, for as many rules as it takes. */
  public byName(): Patterns[] {
    return this.inRules([...this.names, ...this.patterns].map(matching));
  }

  /** What the ARN of a repository must be; for as many rules as it takes. */
  public byArn(): Patterns[] {
    return this.inRules(this.arns.map(matching));
  }

  /** What the ARN of an image must be: its digest may not pass for a part of the name. For as many rules as it takes. */
  public byImageArn(): Patterns[] {
    const everything = this.arn('*');
    return this.inRules(this.arns.map((arn) => matching(arn === everything ? arn : `${arn}/sha256:*`)));
  }

  /** As few rules as have room for all of them. */
  private inRules(patterns: Patterns): Patterns[] {
    const rules: Patterns[] = [];
    let left = 0;
    for (const pattern of patterns) {
      const length = assumedCharacters(this.stack.resolve(pattern)) + 1;
      if (left < length) {
        rules.push([]);
        left = LIMITS.events.patternCharacters - FRAME;
      }
      rules.at(-1)!.push(pattern);
      left -= length;
    }
    return rules;
  }

  private arn(pattern: string): string {
    return this.stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: pattern });
  }
}

function lists(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / AT_ONCE) }, (_, index) =>
    names.slice(index * AT_ONCE, (index + 1) * AT_ONCE));
}

/** What matches a name with * for any characters, by the least means: EventBridge refuses rules with too many wildcards. */
function matching(pattern: string): string | object {
  if (!pattern.includes('*')) return pattern;
  if (pattern === '*') return { exists: true };
  return pattern.indexOf('*') === pattern.length - 1 ? { prefix: pattern.slice(0, -1) } : { wildcard: pattern };
}
