import { type Figures, LIMITS, type Spread, type Synthesis, compare, excesses, spread } from './figures';
import { byArea } from './test-times';

const synthesis = (processorMilliseconds: number, more: Partial<Synthesis> = {}): Synthesis =>
  ({ processorMilliseconds, milliseconds: processorMilliseconds, heapMegabytes: 10, peakMegabytes: 100, templateBytes: 1_000_000, ...more });
const exactly = (value: number): Spread => spread([value]);
const imported = (of: string, milliseconds: number, unlimited?: boolean) => ({
  of, unlimited, files: exactly(1), partsProcessorMilliseconds: exactly(50), processorMilliseconds: exactly(milliseconds), milliseconds: exactly(1),
});

function figures(more: Partial<Figures> = {}): Figures {
  return {
    machine: { node: 'v24', cdk: '2.260.0', processor: 'any', cores: 2, load: 0 },
    pairs: 1,
    synthesis: [compare(400, [{ library: synthesis(125), handWritten: synthesis(100) }])],
    growth: { library: exactly(1), handWritten: exactly(1) },
    imports: [imported('SecureEcrRepository', 30), imported('everything', 200, true)],
    package: { bytes: 3_000_000, unpackedBytes: 9_000_000, parts: [] },
    bundles: [{ name: 'a', bytes: 1_000_000, processorMilliseconds: exactly(150) }],
    licences: ['MIT'],
    ...more,
  };
}

test.each([
  [[3, 1, 2], { median: 2, least: 1, most: 3 }],
  [[4, 1, 2, 3], { median: 2.5, least: 1, most: 4 }],
  [[10, 9], { median: 9.5, least: 9, most: 10 }],
  [[7], { median: 7, least: 7, most: 7 }],
])('the middle of %j and how far they spread', (values, expected) => {
  expect(spread(values)).toEqual(expected);
});

test('ratios are made in pairs, so that what slows down both does not count', () => {
  const pairs = [[120, 100], [360, 300], [36, 30]].map(([ours, theirs]) => ({ library: synthesis(ours), handWritten: synthesis(theirs) }));
  const { ratio, library } = compare(1, pairs);
  expect(ratio.processorMilliseconds).toEqual({ median: 1.2, least: 1.2, most: 1.2 });
  expect(library.processorMilliseconds.most).toBe(360);
});

test('what is at its limit is no excess', () => {
  expect(excesses(figures())).toEqual([]);
});

const slower = [{ library: synthesis(126), handWritten: synthesis(100) }];
const larger = [{ library: synthesis(1, { heapMegabytes: 12.1 }), handWritten: synthesis(1) }];
const longer = [{ library: synthesis(1, { templateBytes: 1_000_001 }), handWritten: synthesis(1) }];
const higher = [{ library: synthesis(1, { peakMegabytes: 121 }), handWritten: synthesis(1) }];

test.each<[string, Partial<Figures>, string]>([
  ['time', { synthesis: [compare(400, slower)] }, 'time to synthesize 400 repositories, over that by hand: 1.26, more than 1.25'],
  ['heap', { synthesis: [compare(100, larger)] }, 'heap held by 100 repositories, over that by hand: 1.21, more than 1.2'],
  ['peak', { synthesis: [compare(1, higher)] }, 'peak memory with 1 repositories, over that by hand: 1.21, more than 1.2'],
  ['template', { synthesis: [compare(400, longer)] }, 'bytes of the template of 400 repositories: 1000001, more than 1000000'],
  ['growth', { growth: { library: exactly(1.31), handWritten: exactly(1) } }, 'time of each of 400 repositories, over that of each of 100: 1.31, more than 1.3'],
  ['import', { imports: [imported('the package', 30.1)] }, 'milliseconds to import the package: 30.1, more than 30'],
  ['package', { package: { bytes: 3_000_001, unpackedBytes: 1, parts: [] } }, 'bytes of the package: 3000001, more than 3000000'],
  ['bundle', { bundles: [{ name: 'a', bytes: 1_000_001, processorMilliseconds: exactly(1) }] }, 'bytes of a: 1000001, more than 1000000'],
  ['cold require', { bundles: [{ name: 'a', bytes: 1, processorMilliseconds: exactly(151) }] }, 'milliseconds to load a: 151, more than 150'],
  ['licence', { licences: ['MIT', 'AGPL-3.0-only'] }, 'a bundle has a part with the licence AGPL-3.0-only'],
  ['no number', { growth: { library: exactly(NaN), handWritten: exactly(1) } }, `time of each of 400 repositories, over that of each of 100: NaN, more than ${LIMITS.growth}`],
])('an excess is told: %s', (_, more, expected) => {
  expect(excesses(figures(more))).toEqual([expected]);
});

test('files of tests are counted by area, each once', () => {
  const { areas, seconds } = byArea({
    seconds: 5,
    files: ['e2e/demo', 'e2e/year', 'audit/local-aws', 'local-aws/conditions', 'judges/lint', 'languages/python', 'inspector/gate/model/burst',
      'github/trust.properties', 'access/properties', 'private/problems'].map((name) => ({ file: `test/${name}.test.ts`, seconds: 1 })),
  });
  expect(seconds).toBe(5);
  expect(areas.map(({ files }) => files)).toEqual([1, 1, 1, 1, 1, 1, 3, 1]);
});
