import { aws_iam as iam } from 'aws-cdk-lib';
import { AUDIENCE } from './audience';
import type { GitHubIssuer } from './github-issuer';
import type { GitHubSubject } from './github-subject';
import type { TrustCondition } from './subject-template';

/**
 * A principal for each set of claims that goes with a list of subjects; each becomes a statement of the trust policy.
 *
 * Subjects share a statement only where everything else they ask for is the same. Two lists in one statement would admit
 * each of one list with each of the other, which nobody asked for: the subject of one repository with the number of another.
 */
export function trustedPrincipals(providerArn: string, issuer: GitHubIssuer, subjects: GitHubSubject[]): iam.WebIdentityPrincipal[] {
  const key = (claim: string) => `${issuer.providerName}:${claim}`;
  return pack(subjects.map((subject) => subject._render())).map((group) => {
    const claims = Object.entries(group.claims).map(([claim, value]) => [key(claim), value]);
    const equal = { [key('aud')]: AUDIENCE, ...Object.fromEntries(claims) };
    const sub = { [key('sub')]: group.subjects.length === 1 ? group.subjects[0] : group.subjects };
    return new iam.WebIdentityPrincipal(providerArn, group.operator === 'StringEquals'
      ? { StringEquals: { ...equal, ...sub } }
      : { StringEquals: equal, StringLike: sub });
  });
}

/** Joins the subjects of conditions that differ in nothing else. */
function pack(conditions: TrustCondition[]): TrustCondition[] {
  const groups = new Map<string, TrustCondition>();
  for (const { operator, subjects, claims } of conditions) {
    const key = JSON.stringify([operator, claims]);
    const known = groups.get(key)?.subjects ?? [];
    groups.set(key, { operator, claims, subjects: [...new Set([...known, ...subjects])] });
  }
  return [...groups.values()];
}
