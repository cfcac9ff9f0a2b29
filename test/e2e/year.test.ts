import { Duration } from 'aws-cdk-lib';
import { baseYear } from '../../demo/year/base';
import { DAY, DAYS, type RegistryEvent, START, type Year, pushesOf, tagsOf } from '../../demo/year/events';
import { runYear } from '../../demo/year/run-year';
import { webYear } from '../../demo/year/web';
import { ImageRetention, ImageSelection, RetentionRule } from '../../src';

describe.each([['shop/web', webYear, false], ['shop/base', baseYear, true]] as const)('a year of %s', (_, make, latestMoves) => {
  const year = make();
  const events = year.days.flat();

  test('is the same every time', () => {
    expect(make()).toEqual(year);
  });

  test('has 365 days, each of whose events are on that day, in order', () => {
    expect(year.days).toHaveLength(DAYS);
    year.days.forEach((day, index) => {
      const times = day.map(({ at }) => at.getTime());
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(times.every((time) => Math.floor((time - START.getTime()) / DAY) === index)).toBe(true);
    });
  });

  test('is possible: nothing is used before it is pushed, no digest is pushed twice', () => {
    const pushed = new Set<string>();
    for (const event of events) {
      if (event.type === 'push') {
        expect(pushed).not.toContain(event.digest);
        for (const part of [...event.members ?? [], event.subject ?? []].flat()) expect(pushed).toContain(part);
        pushed.add(event.digest);
      } else {
        expect(pushed).toContain(event.digest);
      }
    }
  });

  test('gives no tag twice, but for one that may move', () => {
    const tags = [...tagsOf(year).values()].flat();
    const twice = [...new Set(tags.filter((tag, index) => tags.indexOf(tag) !== index))];

    expect(twice).toEqual(latestMoves ? ['latest'] : []);
  });
});

test('a year of shop/web has everything that a policy has to tell apart', () => {
  const tags = [...tagsOf(webYear()).values()];
  const some = (...prefixes: string[]) =>
    tags.filter((of) => of.length === prefixes.length && prefixes.every((prefix, at) => of[at].startsWith(prefix))).length;

  for (const prefixes of [
    ['gitsha_'], ['gitbranch_'], ['gitpr_'], ['gitsha_', 'gitbranch_', 'gitpr_'], ['gitsha_', 'v', 'prod-'], ['gitsha_', 'prod-'],
    ['rc-'], ['load-test-'], [],
  ]) {
    expect({ prefixes, enough: some(...prefixes) > 2 }).toEqual({ prefixes, enough: true });
  }
  const pushes = pushesOf(webYear());
  expect(pushes.filter(({ members }) => members).length).toBeGreaterThan(20);
  expect(pushes.filter(({ subject }) => subject).length).toBeGreaterThan(20);
});

describe('a run of a year', () => {
  const at = (day: number, hour = 10) => new Date(START.getTime() + day * DAY + hour * 60 * 60 * 1000);
  const push = (day: number, digest: string, tags: string[] = [], more: object = {}): RegistryEvent =>
    ({ type: 'push', at: at(day), digest, tags, gigabytes: 1, ...more });
  const pull = (day: number, digest: string): RegistryEvent => ({ type: 'pull', at: at(day, 11), digest });
  const tag = (day: number, digest: string, name: string): RegistryEvent => ({ type: 'tag', at: at(day, 11), digest, tag: name });
  const yearOf = (...days: RegistryEvent[][]): Year => ({ start: START, days });

  test('without a policy keeps and counts everything', () => {
    const result = runYear(yearOf([push(0, 'a')], [push(1, 'b')], []));

    expect(result.days).toEqual([1, 2, 2].map((ready) => ({ ready, archived: 0, expired: 0 })));
    expect(result).toMatchObject({ served: 0, unserved: [], gigabytes: 2 });
    expect(result.gigabyteMonths).toBeCloseTo(12 * 5 / 3);
  });

  test('does what the policy says at the end of each day, and misses what is used later', () => {
    const policy = ImageRetention.of(
      RetentionRule.archiveBeyond(ImageSelection.tagPrefix('v'), 1),
      RetentionRule.expireOlderThan(ImageSelection.tagPrefix('tmp'), Duration.days(1)),
    );
    const late = [pull(2, 'a'), pull(2, 'b'), tag(2, 'b', 'v3'), pull(2, 'c')];
    const result = runYear(yearOf([push(0, 'a', ['v1']), push(0, 'b', ['tmp'])], [push(1, 'c', ['v2'])], late), policy);

    expect(result.days).toEqual([
      { ready: 2, archived: 0, expired: 0 }, { ready: 1, archived: 1, expired: 1 }, { ready: 1, archived: 1, expired: 1 },
    ]);
    expect(result.unserved).toEqual(late.slice(0, 3));
    expect(result.served).toBe(1);
    expect(result.gigabytes).toBe(2);
  });

  test('moves a tag, and pulls the platform images of an index', () => {
    const result = runYear(yearOf(
      [push(0, 'a', ['latest']), push(0, 'amd64'), push(0, 'index', [], { members: ['amd64'] }), tag(0, 'index', 'latest'), pull(0, 'index')],
    ));

    expect(result.held.get('a')!.tags).toEqual([]);
    expect(result.held.get('index')).toMatchObject({ tags: ['latest'], lastPulledAt: at(0, 11) });
    expect(result.held.get('amd64')).toMatchObject({ lastPulledAt: at(0, 11) });
  });

  test('is seen day by day', () => {
    const seen: [number, Date][] = [];
    runYear(yearOf([push(0, 'a')], [push(1, 'b')]), undefined, (images, now) => seen.push([[...images].length, now]));

    expect(seen).toEqual([[1, at(1, 0)], [2, at(2, 0)]]);
  });
});
