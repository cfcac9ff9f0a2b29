import { type LifecycleDocument, type LifecycleRule, storageClassOf } from './lifecycle-document';
import { meets } from './tag-patterns';

/*
 * What ECR does with a lifecycle policy, as its documentation tells it. Each sentence that is followed has a
 * number; where ECR turns out to differ, this file is the one place to mend.
 *
 * From https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules, in its order:
 *  E1  artifacts that refer to an image are expired or archived with it
 *  E2  all rules are evaluated at the same time, then applied by priority
 *  E3  exactly one rule or none decides on an image
 *  E4  no rule expires or archives an image that matches the tagging requirements of a rule of higher priority
 *  E5  a rule does count images that a higher rule has marked
 *  E6  an image in a manifest list does not go before the list
 *  E7  order is by push, in the archive by transition; for an image that was restored, by its restoration
 *  E8  a list of patterns or prefixes is matched when each of its entries matches some tag of the image
 *  E9  imageCountMoreThan: youngest first, all after the count
 *  E10 sinceImagePushed: older than the number of days
 *  E11 sinceImagePulled: by last pull; never pulled: by push; restored and not pulled since: by restoration
 *  E12 sinceImageTransitioned: archived for more than the number of days
 * From https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html:
 *  P1  a rule selects images of its storage class only, standard unless it says archive
 *
 * Not documented, and decided here: E4 holds within a storage class (AWS's own example expires archived images after a
 * rule for any image of the standard class); E7's restoration counts for E10 too; a time is exceeded when more than
 * that many times 24 hours have passed; what refers to an image follows it in the same run (ECR: within 24 hours) and is
 * not selected by itself while the image is there; platform images and referring artifacts count in E9 like any other.
 */

const DAY = 24 * 60 * 60 * 1000;
const HELD = 'in a list that stays';

/** What is known of an image; what ECR's DescribeImages answers, times in milliseconds. */
export interface ImageFacts {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: number;
  readonly lastPulledAt?: number;
  /** When it went into the archive, if it is there. */
  readonly archivedAt?: number;
  /** When it last came back from the archive. */
  readonly restoredAt?: number;
  /** The digests of its platform images, if it is a manifest list or index. */
  readonly members: readonly string[];
  /** The digest of the image it refers to, if it is a signature, SBOM or the like. */
  readonly subject?: string;
}

export type Fate = 'keep' | 'archive' | 'expire';

export interface Decision {
  readonly fate: Fate;
  /** The priority of the rule that decided, or would have. */
  readonly rule?: number;
  readonly why: 'no rule' | 'rule' | 'shielded' | 'within limit' | 'in a list that stays' | 'follows its subject';
}

/** What one run of the policy does with each image, by digest. */
export function evaluate({ rules }: LifecycleDocument, images: readonly ImageFacts[], now: number): Map<string, Decision> {
  const byPriority = [...rules].sort((a, b) => a.rulePriority - b.rulePriority);
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const marked = byPriority.map((rule) => mark(rule, images, now)); // E2: before any is applied

  const decisions = new Map<string, Decision>();
  const follows = (image: ImageFacts) => image.subject !== undefined && byDigest.has(image.subject);
  for (const image of images) if (!follows(image)) decisions.set(image.digest, apply(image, byPriority, marked));
  const referrers = images.filter(follows);
  do { // until what is held holds nothing more: a list can refer to an image, and so can a member
    for (const { digest } of referrers) if (decisions.get(digest)?.why !== HELD) decisions.delete(digest);
    for (const image of referrers) follow(image, byDigest, decisions, new Set());
  } while (holdMembers(images, decisions));
  return decisions;
}

/** The digests that a rule by itself would expire or archive. */
function mark(rule: LifecycleRule, images: readonly ImageFacts[], now: number): Set<string> {
  const { selection } = rule;
  const seen = images.filter((image) => identifies(rule, image)); // E5: whatever other rules do
  const limit = now - selection.countNumber * DAY;
  switch (selection.countType) {
    case 'imageCountMoreThan': // E9
      return digests(seen.sort((a, b) => pushed(b) - pushed(a) || (a.digest < b.digest ? 1 : -1)).slice(selection.countNumber));
    case 'sinceImagePushed': // E10
      return digests(seen.filter((image) => pushed(image) < limit));
    case 'sinceImagePulled': // E11
      return digests(seen.filter((image) => pulled(image) < limit));
    case 'sinceImageTransitioned': // E12
      return digests(seen.filter((image) => image.archivedAt! < limit));
  }
}

function identifies(rule: LifecycleRule, image: ImageFacts): boolean {
  const storageClass = image.archivedAt === undefined ? 'standard' : 'archive';
  return storageClassOf(rule) === storageClass && meets(image.tags, rule.selection); // P1, E8
}

/** The first rule that identifies an image decides on it: it marks it, or it shields it from those after. E3, E4 */
function apply(image: ImageFacts, rules: readonly LifecycleRule[], marked: readonly Set<string>[]): Decision {
  const index = rules.findIndex((rule) => identifies(rule, image));
  if (index === -1) return { fate: 'keep', why: 'no rule' };
  const rule = rules[index];
  if (marked[index].has(image.digest)) {
    return { fate: rule.action.type === 'expire' ? 'expire' : 'archive', rule: rule.rulePriority, why: 'rule' };
  }
  const later = rules.some((_, other) => other > index && marked[other].has(image.digest));
  return { fate: 'keep', rule: rule.rulePriority, why: later ? 'shielded' : 'within limit' };
}

/** E6: a member stays as long as a list that holds it is neither gone nor archived. Whether it holds more than before. */
function holdMembers(images: readonly ImageFacts[], decisions: Map<string, Decision>): boolean {
  // All at once, so that the order of images makes no difference.
  const lists = images.filter(({ digest, archivedAt }) => archivedAt === undefined && decisions.get(digest)!.fate === 'keep');
  const going = new Set(lists.flatMap(({ members }) => members).filter((member) => (decisions.get(member)?.fate ?? 'keep') !== 'keep'));
  for (const member of going) decisions.set(member, { fate: 'keep', rule: decisions.get(member)!.rule, why: HELD });
  return going.size > 0;
}

/** E1: a signature goes where its image goes, and the signature of an SBOM where that goes. */
function follow(
  image: ImageFacts, byDigest: Map<string, ImageFacts>, decisions: Map<string, Decision>, seen: Set<string>,
): Decision {
  const known = decisions.get(image.digest);
  if (known) return known;
  const subject = byDigest.get(image.subject!)!;
  const circle = seen.has(image.digest); // cannot be by digest, but facts are what somebody wrote down
  const decision = circle ? undefined : follow(subject, byDigest, decisions, seen.add(image.digest));
  const fate = decision?.fate === 'archive' && image.archivedAt !== undefined ? 'keep' : decision?.fate ?? 'keep';
  const followed: Decision = { fate, rule: decision?.rule, why: 'follows its subject' };
  decisions.set(image.digest, followed);
  return followed;
}

/** E7 */
function pushed(image: ImageFacts): number {
  return image.restoredAt ?? image.pushedAt;
}

/** E11 */
function pulled(image: ImageFacts): number {
  return Math.max(image.lastPulledAt ?? image.pushedAt, image.restoredAt ?? 0);
}

function digests(images: readonly ImageFacts[]): Set<string> {
  return new Set(images.map(({ digest }) => digest));
}
