import { Stack, Token, type aws_ecr as ecr } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { LIMITS } from '../../private/limits';

/** What else a pattern holds beside the repositories. */
const FRAME = 400;
/** How long a text may be that is known at deployment only: the name of a repository, its ARN. */
const UNKNOWN = { name: 80, arn: 160 };
/** Names of repositories that the input of a rule target has room for. */
const NAMES_A_TARGET = 25;

/** Texts and objects; the CDK declares texts only. */
type Patterns = any[];

/** The repositories of a gate, in the forms that rules and permissions want. */
export class WatchedRepositories {
  private readonly stack: Stack;

  constructor(scope: IConstruct, private readonly refs: readonly ecr.IRepositoryRef[], private readonly named: readonly string[]) {
    this.stack = Stack.of(scope);
  }

  /** Names with `*` for any characters; everything where nothing is named. */
  public get patterns(): readonly string[] {
    return this.refs.length + this.named.length === 0 ? ['*'] : this.named;
  }

  public get names(): string[] {
    return this.refs.map(({ repositoryRef }) => repositoryRef.repositoryName);
  }

  /** Names in as many lists as the inputs of rule targets take. */
  public get nameLists(): string[][] {
    const { names } = this;
    return Array.from({ length: Math.ceil(names.length / NAMES_A_TARGET) }, (_, index) =>
      names.slice(index * NAMES_A_TARGET, (index + 1) * NAMES_A_TARGET));
  }

  /** For permissions. */
  public get arns(): string[] {
    return [...this.refs.map(({ repositoryRef }) => repositoryRef.repositoryArn), ...this.patterns.map((pattern) => this.arn(pattern))];
  }

  /** What the field with the name of a repository must be, for as many rules as it takes. */
  public byName(): Patterns[] {
    const each = [...this.names, ...this.patterns.map(wildcard)].map((pattern) => [pattern]);
    return inRules(each, UNKNOWN.name);
  }

  /** What the ARN of a repository, or of an image in it, must be; for as many rules as it takes. */
  public byArn(): Patterns[] {
    const each = [
      ...this.refs.map(({ repositoryRef: { repositoryArn } }) => [repositoryArn, { prefix: `${repositoryArn}/sha256:` }]),
      ...this.patterns.map((pattern) => (pattern.endsWith('*')
        ? [wildcard(this.arn(pattern))]
        : [wildcard(this.arn(pattern)), wildcard(`${this.arn(pattern)}/sha256:*`)])),
    ];
    return inRules(each, UNKNOWN.arn);
  }

  private arn(pattern: string): string {
    return this.stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: pattern });
  }
}

/** A name without * is itself. */
function wildcard(pattern: string): string | object {
  return pattern.includes('*') ? { wildcard: pattern } : pattern;
}

/** As few rules as have room for all of them; what belongs to one repository stays together. */
function inRules(each: Patterns[], unknown: number): Patterns[] {
  const rules: Patterns[] = [];
  let left = 0;
  for (const patterns of each) {
    const length = patterns.reduce<number>((sum, pattern) => sum + lengthOf(pattern, unknown), 0);
    if (left < length) {
      rules.push([]);
      left = LIMITS.events.patternCharacters - FRAME;
    }
    rules.at(-1)!.push(...patterns);
    left -= length;
  }
  return rules;
}

function lengthOf(pattern: string | object, unknown: number): number {
  const text = JSON.stringify(pattern);
  return Token.isUnresolved(text) ? unknown : text.length + 1;
}
