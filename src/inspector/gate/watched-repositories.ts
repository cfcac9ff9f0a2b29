import { Stack, type aws_ecr as ecr } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Errand } from './contract';
import { LIMITS } from '../../private/limits';
import { assumedCharacters } from '../../private/policy-size';

/** What else a pattern holds beside the repositories. */
const FRAME = 400;
/**
 * Names that the input of a rule target has room for, which is 8,192 characters.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
 */
const NAMES_A_TARGET = 25;

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

  /** For permissions. */
  public get arns(): string[] {
    return [...this.refs.map(({ repositoryRef }) => repositoryRef.repositoryArn), ...this.patterns.map((pattern) => this.arn(pattern))];
  }

  /** What the field with the name of a repository must be, for as many rules as it takes. */
  public byName(): Patterns[] {
    const each = [...this.names, ...this.patterns.map(matching)].map((pattern) => [pattern]);
    return this.inRules(each);
  }

  /** What the ARN of a repository, or of an image in it, must be; for as many rules as it takes. */
  public byArn(): Patterns[] {
    const each = [
      ...this.refs.map(({ repositoryRef: { repositoryArn } }) => [repositoryArn, { prefix: `${repositoryArn}/sha256:` }]),
      ...this.patterns.map((pattern) => (pattern.endsWith('*')
        ? [matching(this.arn(pattern))]
        : [matching(this.arn(pattern)), matching(`${this.arn(pattern)}/sha256:*`)])),
    ];
    return this.inRules(each);
  }

  /** As few rules as have room for all of them; what belongs to one repository stays together. */
  private inRules(each: Patterns[]): Patterns[] {
    const rules: Patterns[] = [];
    let left = 0;
    for (const patterns of each) {
      const length = assumedCharacters(this.stack.resolve(patterns));
      if (left < length) {
        rules.push([]);
        left = LIMITS.events.patternCharacters - FRAME;
      }
      rules.at(-1)!.push(...patterns);
      left -= length;
    }
    return rules;
  }

  private arn(pattern: string): string {
    return this.stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: pattern });
  }
}

function lists(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / NAMES_A_TARGET) }, (_, index) =>
    names.slice(index * NAMES_A_TARGET, (index + 1) * NAMES_A_TARGET));
}

/** What matches a name with * for any characters, by the least means: EventBridge refuses rules with too many wildcards. */
function matching(pattern: string): string | object {
  if (!pattern.includes('*')) return pattern;
  if (pattern === '*') return { exists: true };
  return pattern.indexOf('*') === pattern.length - 1 ? { prefix: pattern.slice(0, -1) } : { wildcard: pattern };
}
