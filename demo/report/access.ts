import type { CheckResult } from '../checks/check';

/** Who may do what with a repository, from what was seen. */
export interface AccessTable {
  /** The repository. */
  readonly where: string;
  /** What was tried, in the order of the cells of each row. */
  readonly deeds: string[];
  readonly rows: { readonly who: string; readonly cells: AccessCell[] }[];
}

export interface AccessCell {
  /** `allowed`, `refused` or, where several attempts at the same thing differ, both; else `not tried`. */
  readonly seen: string;
  /** Whether every attempt ended as promised. */
  readonly asPromised: boolean;
}

/** A table for each repository, in the order in which things were tried. */
export function accessTables(results: CheckResult[]): AccessTable[] {
  const tried = results.flatMap(({ access, seen, ok }) => access ? [{ ...access, seen, ok }] : []);
  return unique(tried.map(({ where }) => where)).map((where) => {
    const here = tried.filter((one) => one.where === where);
    // What everybody tried before what few did.
    const triedBy = (deed: string) => unique(here.filter(({ what }) => what === deed).map(({ who }) => who)).length;
    const deeds = unique(here.map(({ what }) => what)).sort((a, b) => triedBy(b) - triedBy(a));
    const rows = unique(here.map((one) => one.who)).map((who) => ({
      who,
      cells: deeds.map((what) => cell(here.filter((one) => one.who === who && one.what === what))),
    }));
    return { where, deeds, rows };
  });
}

/** How many cells are not as promised, in words. */
export function comparison({ rows }: AccessTable): string {
  const tried = rows.flatMap(({ cells }) => cells).filter(({ seen }) => seen !== NOT_TRIED);
  const wrong = tried.filter(({ asPromised }) => !asPromised).length;
  return wrong === 0 ? `as seen, and all ${tried.length} as promised` : `as seen; ${wrong} of ${tried.length} not as promised (!)`;
}

const NOT_TRIED = 'not tried';

function cell(results: { readonly seen: string; readonly ok: boolean }[]): AccessCell {
  const seen = unique(results.map((one) => one.seen.split(':')[0])).join(' and ') || NOT_TRIED;
  return { seen, asPromised: results.every(({ ok }) => ok) };
}

function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
