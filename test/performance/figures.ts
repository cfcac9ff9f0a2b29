/** What `npx projen test:performance` measures, what it must not exceed, and what it came to in docs/performance.json. */

export type Variant = 'library' | 'handWritten';

/** One measurement of a synthesis. */
export interface Synthesis {
  readonly processorMilliseconds: number;
  readonly milliseconds: number;
  /** What is held after it, that was not before. */
  readonly heapMegabytes: number;
  /** Of the whole process. */
  readonly peakMegabytes: number;
  /** Of the file that is deployed. */
  readonly templateBytes: number;
}

/** One measurement of an import: what of CDK it needs, and what comes on top. */
export interface Import {
  readonly partsProcessorMilliseconds: number;
  readonly processorMilliseconds: number;
  readonly milliseconds: number;
  readonly files: number;
}

/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export type Spreads<T> = { readonly [K in keyof T]: Spread };

export interface Comparison {
  readonly repositories: number;
  readonly library: Spreads<Synthesis>;
  readonly handWritten: Spreads<Synthesis>;
  /** Of each pair the library's over the other's. */
  readonly ratio: Spreads<Synthesis>;
}

export interface Figures {
  readonly machine: { readonly node: string; readonly cdk: string; readonly processor: string; readonly cores: number; readonly load: number };
  readonly pairs: number;
  readonly synthesis: readonly Comparison[];
  /** What each of 400 repositories takes over what each of 100 takes. */
  readonly growth: Readonly<Record<Variant, Spread>>;
  readonly imports: readonly ImportFigures[];
  readonly package: { readonly bytes: number; readonly unpackedBytes: number; readonly parts: readonly Part[] };
  readonly bundles: ReadonlyArray<{ readonly name: string; readonly bytes: number; readonly processorMilliseconds: Spread }>;
  /** Of the packages in the bundles. */
  readonly licences: readonly string[];
  /** Of the last whole `npm test`, if there was one. */
  readonly tests?: Tests;
}

export interface ImportFigures extends Spreads<Import> {
  readonly of: string;
  /** Of more than an app needs that has repositories: there is no limit to it. */
  readonly unlimited?: boolean;
}

/** Files of the package, by what they are. */
export interface Part {
  readonly part: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Tests {
  /** By the clock; two files run at a time. */
  readonly seconds: number;
  readonly areas: ReadonlyArray<{ readonly area: string; readonly files: number; readonly seconds: number }>;
}

export const LIMITS = {
  timeRatio: 1.25,
  memoryRatio: 1.2,
  growth: 1.3,
  importMilliseconds: 30,
  packageBytes: 3_000_000,
  bundleBytes: 1_000_000,
  bundleMilliseconds: 150,
  /** As CloudFormation says it: "may not exceed 1000000 bytes". */
  templateBytes: 1_000_000,
};

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return { median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2, least: sorted[0], most: sorted[sorted.length - 1] };
}

/** A spread for each figure of several measurements. */
export function spreads<T extends object>(measured: readonly T[]): Spreads<T> {
  const keys = Object.keys(measured[0]) as Array<keyof T>;
  return Object.fromEntries(keys.map((key) => [key, spread(measured.map((each) => Number(each[key])))])) as Spreads<T>;
}

export function compare(repositories: number, pairs: ReadonlyArray<Readonly<Record<Variant, Synthesis>>>): Comparison {
  const ratios = pairs.map(({ library, handWritten }) => Object.fromEntries(
    Object.entries(library).map(([key, value]) => [key, value / handWritten[key as keyof Synthesis]]),
  ) as unknown as Synthesis);
  return {
    repositories,
    library: spreads(pairs.map(({ library }) => library)),
    handWritten: spreads(pairs.map(({ handWritten }) => handWritten)),
    ratio: spreads(ratios),
  };
}

/** What is more than it may be, in words; by medians and time of the processor, because the machine may have other work. */
export function excesses(figures: Figures): string[] {
  const found: string[] = [];
  const check = (what: string, value: number, limit: number) => {
    if (!(value <= limit)) found.push(`${what}: ${value}, more than ${limit}`); // also what is no number
  };
  for (const { repositories, ratio, library } of figures.synthesis) {
    check(`time to synthesize ${repositories} repositories, over that by hand`, ratio.processorMilliseconds.median, LIMITS.timeRatio);
    check(`heap held by ${repositories} repositories, over that by hand`, ratio.heapMegabytes.median, LIMITS.memoryRatio);
    check(`peak memory with ${repositories} repositories, over that by hand`, ratio.peakMegabytes.median, LIMITS.memoryRatio);
    check(`bytes of the template of ${repositories} repositories`, library.templateBytes.most, LIMITS.templateBytes);
  }
  check('time of each of 400 repositories, over that of each of 100', figures.growth.library.median, LIMITS.growth);
  for (const { of, processorMilliseconds } of figures.imports.filter(({ unlimited }) => !unlimited)) {
    check(`milliseconds to import ${of}`, processorMilliseconds.median, LIMITS.importMilliseconds);
  }
  check('bytes of the package', figures.package.bytes, LIMITS.packageBytes);
  for (const { name, bytes, processorMilliseconds } of figures.bundles) {
    check(`bytes of ${name}`, bytes, LIMITS.bundleBytes);
    check(`milliseconds to load ${name}`, processorMilliseconds.median, LIMITS.bundleMilliseconds);
  }
  for (const licence of figures.licences) if (/GPL/.test(licence)) found.push(`a bundle has a part with the licence ${licence}`);
  return found;
}
