import type { AccessTable } from './access';
import type { Chart, CheckResult, Document, Picture } from '../checks/check';

/** Everything one run of the demo has to tell; `--json` prints it as it is. */
export interface Report {
  /** Whether every line is as expected. */
  readonly ok: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly phases: { readonly title: string; readonly seconds: number }[];
  readonly sections: Section[];
  readonly access: AccessTable[];
}

export interface Section {
  readonly title: string;
  readonly results: CheckResult[];
  readonly charts: Chart[];
  readonly pictures: Picture[];
  readonly notProven: string[];
  readonly documents?: Document[];
}

export function resultsOf({ sections }: Pick<Report, 'sections'>): CheckResult[] {
  return sections.flatMap(({ results }) => results);
}

/** In one sentence. */
export function verdict(report: Report): string {
  const results = resultsOf(report);
  const good = results.filter(({ ok }) => ok).length;
  return good === results.length
    ? `All ${results.length} lines are as expected.`
    : `${results.length - good} of ${results.length} lines differ from what was expected.`;
}
