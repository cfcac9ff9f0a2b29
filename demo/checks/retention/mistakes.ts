import { WEB, deployed, yearUnder } from './deployed';
import { ageOf, fateOf, hasAllTemporary, isTemporary, number, tagged } from './images';
import { ImageRetention } from '../../../src';
import { pushesOf, tagsOf } from '../../year/events';
import type { Check } from '../check';
import type { CheckContext } from '../context';

const { year } = WEB;
const TAGS = tagsOf(year);
const PUSHED = new Map(pushesOf(year).map(({ digest, at }) => [digest, at]));
const RELEASES = tagged(year, 'v');
/** Temporary images that should be gone. */
const OVERDUE = [...TAGS].filter(([digest, tags]) => isTemporary(tags) && ageOf(PUSHED.get(digest)!) > 7).map(([digest]) => digest);

/** One rule for all temporary tags, as it is often written: ECR takes only images that carry all three at once. */
export const ONE_LIST = ImageRetention.fromJson(JSON.stringify({
  rules: [{
    rulePriority: 1,
    selection: {
      tagStatus: 'tagged',
      tagPrefixList: ['gitsha_', 'gitbranch_', 'gitpr_'],
      countType: 'sinceImagePushed',
      countUnit: 'days',
      countNumber: 7,
    },
    action: { type: 'expire' },
  }],
}));

interface Rule {
  readonly selection: { readonly tagPatternList?: string[] };
}

/** The policy as deployed, without the rules that are there to keep what they match. */
export async function withoutShields(context: CheckContext): Promise<ImageRetention> {
  const { rules } = JSON.parse((await deployed(context, WEB)).toJson()) as { rules: Rule[] };
  const others = rules.filter(({ selection }) => !['v*', 'prod-*'].includes(selection.tagPatternList?.[0] ?? ''));
  return ImageRetention.fromJson(JSON.stringify({ rules: others }));
}

const gone = (count: number, of: number, what: string) => `${number(count)} of ${number(of)} ${what} deleted`;

/** Policies that ECR accepts and nobody wants; that they do harm in the same year shows that the year could tell. */
export const mistakeChecks: Check[] = [
  {
    id: 'mistake-list',
    tried: 'the same year under one rule that lists gitsha_, gitbranch_ and gitpr_: temporary images older than 7 days',
    // What the merge queue built has all three tags.
    expected: gone(OVERDUE.filter((digest) => hasAllTemporary(TAGS.get(digest)!)).length, OVERDUE.length, 'temporary images'),
    run: async () => {
      const result = yearUnder(WEB, ONE_LIST);
      const deleted = OVERDUE.filter((digest) => fateOf(digest, result) === 'deleted').length;
      return { answer: gone(deleted, OVERDUE.length, 'temporary images') };
    },
  },
  {
    id: 'mistake-list-warned',
    tried: 'ImageRetention is asked for warnings about that rule',
    expected: 'Rule 1 matches only images that carry all of gitsha_*, gitbranch_*, gitpr_* at once: ECR joins a list by AND.'
      + ' Write a rule for each if one of them is enough.',
    run: async () => ({ answer: ONE_LIST.warnings().join(' ') }),
  },
  {
    id: 'mistake-no-shields',
    tried: 'the same year under the policy of shop/web without its protected tags: releases, which CI built as gitsha_...',
    // All that are older than the rule for gitsha_.
    expected: gone(RELEASES.filter((digest) => ageOf(PUSHED.get(digest)!) > 7).length, RELEASES.length, 'releases'),
    run: async (context) => {
      const result = yearUnder(WEB, await withoutShields(context));
      const pulls = result.unserved.filter(({ type }) => type === 'pull').length;
      return {
        answer: gone(RELEASES.filter((digest) => fateOf(digest, result) === 'deleted').length, RELEASES.length, 'releases'),
        detail: `${number(pulls)} pulls of what was deleted while it was in use`,
      };
    },
  },
];
