import { GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { Duration } from 'aws-cdk-lib';
import { ImageRetention, ImageSelection, RetentionRule } from '../../../src';
import { baseYear } from '../../year/base';
import type { Year } from '../../year/events';
import { type YearResult, runYear } from '../../year/run-year';
import { webYear } from '../../year/web';
import type { Check, Picture } from '../check';
import type { CheckContext } from '../context';
import { type Where, administrator, base, releases } from '../repository/subjects';

/** A repository of the example app, what its policy must be, and a year of it. */
export interface Subject {
  readonly name: string;
  readonly where: Where;
  /** Written down here once more, so that a change of the app is noticed. */
  readonly retention: ImageRetention;
  /** By which tags its images are deployed. */
  readonly tagsInUse: string[];
  readonly year: Year;
}

export const WEB: Subject = {
  name: 'shop/web',
  where: releases,
  retention: ImageRetention.production({ protectedTags: ['prod-*'] }),
  tagsInUse: ['v1.0.0', 'prod-2025-01-31'],
  year: webYear(),
};

export const BASE: Subject = {
  name: 'shop/base',
  where: base,
  retention: ImageRetention.of(
    RetentionRule.protect('latest'),
    RetentionRule.archiveBeyond(ImageSelection.tagPrefix('v'), 12),
    RetentionRule.expireArchived(ImageSelection.any(), Duration.days(180)),
    RetentionRule.expireOlderThan(ImageSelection.tagPrefix('nightly-'), Duration.days(14)),
    RetentionRule.archiveBeyond(ImageSelection.untagged(), 3),
  ),
  tagsInUse: ['latest'],
  year: baseYear(),
};

/** The policy that the service has. */
export async function deployed(context: CheckContext, { where }: Subject): Promise<ImageRetention> {
  const ecr = await administrator(context);
  const { lifecyclePolicyText } = await ecr.send(new GetLifecyclePolicyCommand(where(context)));
  return ImageRetention.fromJson(lifecyclePolicyText!);
}

const results = new Map<string, YearResult>();

/** The year of a repository under a policy, or under none; simulated once for each. */
export function yearUnder({ name, year }: Subject, retention?: ImageRetention): YearResult {
  const key = `${name} ${retention?.toJson()}`;
  const result = results.get(key) ?? runYear(year, retention);
  results.set(key, result);
  return result;
}

/** The year of a repository under the policy that the service has. */
export async function yearAsDeployed(context: CheckContext, subject: Subject): Promise<YearResult> {
  return yearUnder(subject, await deployed(context, subject));
}

export function readBack(id: string, subject: Subject): Check {
  return {
    id,
    tried: `the lifecycle policy of ${subject.name} is read back and understood`,
    expected: `the ${rulesOf(subject.retention)} rules of the app, without a warning`,
    run: async (context) => {
      const retention = await deployed(context, subject);
      const same = retention.toJson() === subject.retention.toJson();
      const warnings = retention.warnings({ tagsInUse: subject.tagsInUse });
      return {
        answer: `the ${rulesOf(retention)} rules ${same ? 'of the app' : 'of another'}, ${warnings.join(' ') || 'without a warning'}`,
        detail: retention.toJson(),
      };
    },
  };
}

/** In words, as the library explains it. */
export async function explained(context: CheckContext, subject: Subject): Promise<Picture> {
  const lines = (await deployed(context, subject)).explain({ tagsInUse: subject.tagsInUse }).split('\n');
  return {
    title: `What ${subject.name} keeps, as deployed and explained`,
    columns: ['Rule', 'What it does'],
    rows: lines.map((line) => {
      const [, rule, words] = /^(?:(\d+)\. )?(.*)$/.exec(line)!;
      return [rule ?? '', words];
    }),
  };
}

function rulesOf(retention: ImageRetention): number {
  return (JSON.parse(retention.toJson()) as { rules: unknown[] }).rules.length;
}
