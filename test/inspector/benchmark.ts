import { IMAGE, NOW, STANDARD, judge, single } from './facts';
import { FactsBuilder } from '../../src/inspector/answers/facts-builder';
import { renderHtml } from '../../src/inspector/report/html';
import * as samples from '../stand-in/samples';
import { World } from '../stand-in/world';

/** `npx projen test:benchmark`: how long 100,000 findings take, and how much memory at most. */
const COUNT = 100_000;
const PAGE = 100;
const [MOST_SECONDS, MOST_MEGABYTES] = [1, 256];

let peak = 0;
const measure = () => (peak = Math.max(peak, process.memoryUsage().rss / 2 ** 20));

/** What the 100,000 are: each a vulnerability of its own, or a few that are told of once for each of very many packages. */
const SHAPES: Record<string, (at: number) => samples.SampleFinding> = {
  'as many vulnerabilities': (at) => ({ id: `CVE-2026-${at}` }),
  '100 vulnerabilities in 1,000 packages each': (at) => ({ id: `CVE-2026-${at % 100}`, packages: [{ name: `package-${at}`, version: '1', fixedInVersion: '2' }] }),
};

/** A page of ListFindings at a time, as the reader gives them. */
function read(shape: (at: number) => samples.SampleFinding): FactsBuilder {
  const world = new World();
  const builder = new FactsBuilder(IMAGE);
  builder.manifest(IMAGE.digest, JSON.stringify(samples.IMAGE_MANIFEST));
  builder.coverage({ coveredResources: [samples.covered(world, IMAGE.repository, IMAGE.digest)] });
  for (let page = 0; page < COUNT / PAGE; page++) {
    const findings = Array.from({ length: PAGE }, (_, at) => samples.inspectorFinding(world, IMAGE.repository, IMAGE.digest, {
      severity: (['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const)[at % 4], epss: (at % 10) / 10, ...shape(page * PAGE + at),
    }));
    builder.inspectorFindings({ findings });
    measure();
  }
  return builder;
}

const exceptions = Array.from({ length: 1_000 }, (_, at) => ({
  vulnerability: `CVE-2026-${at * 10}`, repository: '*', owner: 'team-a', reason: 'accepted', expires: '2027-01-01',
}));

function judged(findings: string, shape: (at: number) => samples.SampleFinding) {
  const reading = performance.now();
  const facts = read(shape).facts(NOW);
  const judging = performance.now();
  const before = process.cpuUsage();
  const verdict = judge(facts, STANDARD, exceptions);
  const { user, system } = process.cpuUsage(before);
  measure();
  const judgedAt = performance.now();
  renderHtml(verdict);
  measure();
  const rendered = performance.now();
  if (verdict.status !== 'REJECTED' || verdict.reasons.length === 0 || verdict.exceptions.length !== exceptions.length) throw new Error('not judged');
  return {
    findings: `${COUNT}: ${findings}`,
    exceptions: exceptions.length,
    reasons: verdict.reasons.length,
    secondsToRead: (judging - reading) / 1_000,
    secondsToJudge: (judgedAt - judging) / 1_000,
    // Of the processor: what else the machine does is no matter.
    processorSecondsToJudge: (user + system) / 1e6,
    secondsToRender: (rendered - judgedAt) / 1_000,
    peakMegabytes: Math.round(peak),
  };
}

judge(single()); // so that what is measured is compiled
for (const [findings, shape] of Object.entries(SHAPES)) {
  const result = judged(findings, shape);
  console.log(JSON.stringify(result, undefined, 2));
  if (result.processorSecondsToJudge >= MOST_SECONDS || peak >= MOST_MEGABYTES) throw new Error(`more than ${MOST_SECONDS} s or ${MOST_MEGABYTES} MB`);
}
