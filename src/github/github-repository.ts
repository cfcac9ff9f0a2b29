import { Token } from 'aws-cdk-lib';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { matches } from '../private/tokens';

/** Which form of the subject a repository sends. See `GitHubRepositoryOptions.subjectFormat`. */
export enum GitHubSubjectFormat {
  /** Both forms, so that a repository can move from one to the other at any time. */
  BOTH = 'BOTH',
  /** `repo:acme/shop:...`, what repositories send that exist since before 15 July 2026. */
  CLASSIC = 'CLASSIC',
  /** `repo:acme@1001/shop@2002:...`, what newer, renamed and transferred repositories send. */
  IMMUTABLE = 'IMMUTABLE',
}

/** Options of `GitHubRepository.of`. */
export interface GitHubRepositoryOptions {
  /** The number of the owner: `gh api repos/acme/shop --jq .owner.id`. */
  readonly ownerId: string;

  /** The number of the repository: `gh api repos/acme/shop --jq .id`. */
  readonly repositoryId: string;

  /**
   * Which form of the subject is trusted. Both are pinned by the two numbers, so trusting both admits nobody else; it
   * takes more room in the trust policy. Say `IMMUTABLE` once every run of the repository sends that form.
   *
   * @default GitHubSubjectFormat.BOTH
   */
  readonly subjectFormat?: GitHubSubjectFormat;
}

/**
 * One repository on GitHub. Names are compared letter for letter: write them as GitHub shows them, in upper and lower case.
 *
 * @see https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
 * @example
 * const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
 */
export class GitHubRepository {
  /**
   * A repository with the numbers that GitHub gave it and its owner. They stay when a name changes hands, so whoever
   * registers the name `acme` after you gave it up is not trusted.
   *
   * @param fullName owner and name, as in `acme/shop`
   */
  public static of(fullName: string, options: GitHubRepositoryOptions): GitHubRepository {
    const problems = new Problems('GitHubRepository.of');
    checkFullName(fullName, problems);
    checkId('ownerId', options.ownerId, '.owner.id', problems);
    checkId('repositoryId', options.repositoryId, '.id', problems);
    problems.throwIfAny();
    return new GitHubRepository(fullName, options, options.subjectFormat ?? GitHubSubjectFormat.BOTH);
  }

  /**
   * A repository known by its name alone. Whoever owns the name is trusted, also after the repository or its owner was
   * deleted, renamed and registered by somebody else.
   *
   * Raises the warning `cdk-secure-ecr:githubRepositoryWithoutIds`: it cannot match repositories that were created,
   * renamed or transferred after 15 July 2026, because these send their numbers in the subject.
   *
   * @param fullName owner and name, as in `acme/shop`
   */
  public static withoutIds(fullName: string): GitHubRepository {
    const problems = new Problems('GitHubRepository.withoutIds');
    checkFullName(fullName, problems);
    problems.throwIfAny();
    return new GitHubRepository(fullName, undefined, GitHubSubjectFormat.CLASSIC);
  }

  /** The user or organization it belongs to. */
  public readonly owner: string;

  /** Its name, without the owner. */
  public readonly name: string;

  private constructor(
    /** Owner and name, as in `acme/shop`. */
    public readonly fullName: string,
    /** @internal */
    public readonly _ids: Pick<GitHubRepositoryOptions, 'ownerId' | 'repositoryId'> | undefined,
    private readonly format: GitHubSubjectFormat,
  ) {
    [this.owner, this.name] = fullName.split('/');
  }

  /**
   * How the repository is named in the subjects that are trusted.
   *
   * @internal
   */
  public get _names(): string[] {
    const immutable = this._ids ? [`${this.owner}@${this._ids.ownerId}/${this.name}@${this._ids.repositoryId}`] : [];
    switch (this.format) {
      case GitHubSubjectFormat.CLASSIC:
        return [this.fullName];
      case GitHubSubjectFormat.IMMUTABLE:
        return immutable;
      default:
        return [this.fullName, ...immutable];
    }
  }
}

function checkFullName(fullName: string, problems: Problems): void {
  const prop = 'fullName';
  if (Token.isUnresolved(fullName)) {
    problems.add({
      prop,
      must: 'be known at synthesis',
      got: fullName,
      remedy: 'write it out: a name that is not known cannot be told from its neighbours',
      code: 'githubRepositoryUnknown',
    });
    return;
  }
  problems.unless(!/[*?]/.test(fullName), {
    prop,
    must: 'name one repository, without wildcards',
    got: fullName,
    remedy: 'list each repository: shop* also matches shop-evil, and acme/* whatever anybody in acme creates',
    code: 'githubRepositoryWildcard',
  });
  const [owner, name, ...more] = fullName.replace(/[*?]/g, 'x').split('/');
  const { owner: ownerPattern, name: namePattern } = LIMITS.githubRepository;
  problems.unless(ownerPattern.test(owner) && namePattern.test(name ?? '') && more.length === 0, {
    prop,
    must: 'be owner/name, the owner of up to 39 letters, digits and hyphens, the name of up to 100 letters, digits and ._-',
    got: fullName,
    remedy: 'write it as GitHub shows it, without https://github.com/ and without .git',
    code: 'githubRepositoryName',
  });
}

function checkId(prop: string, id: string, field: string, problems: Problems): void {
  problems.unless(matches(LIMITS.githubRepository.id, id), {
    prop,
    must: 'be a number that GitHub gave, as text',
    got: id,
    remedy: `ask for it: gh api repos/OWNER/NAME --jq ${field}`,
    code: 'githubIdInvalid',
  });
}
