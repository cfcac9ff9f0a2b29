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

/** A page of ListFindings at a time, as the reader gives them. */
function read(): FactsBuilder {
  const world = new World();
  const builder = new FactsBuilder(IMAGE);
  builder.manifest(IMAGE.digest, JSON.stringify(samples.IMAGE_MANIFEST));
  builder.coverage({ coveredResources: [samples.covered(world, IMAGE.repository, IMAGE.digest)] });
  for (let page = 0; page < COUNT / PAGE; page++) {
    const findings = Array.from({ length: PAGE }, (_, at) => samples.inspectorFinding(world, IMAGE.repository, IMAGE.digest, {
      id: `CVE-2026-${page * PAGE + at}`, severity: (['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const)[at % 4], epss: (at % 10) / 10,
    }));
    builder.inspectorFindings({ findings });
    measure();
  }
  return builder;
}

judge(single()); // so that what is measured is compiled
const exceptions = Array.from({ length: 1_000 }, (_, at) => ({
  vulnerability: `CVE-2026-${at * 10}`, repository: '*', owner: 'team-a', reason: 'accepted', expires: '2027-01-01',
}));
const reading = performance.now();
const facts = read().facts(NOW);
const judging = performance.now();
const before = process.cpuUsage();
const verdict = judge(facts, STANDARD, exceptions);
const { user, system } = process.cpuUsage(before);
measure();
const judged = performance.now();
renderHtml(verdict);
measure();
const rendered = performance.now();

// Of the processor: what else the machine does is no matter.
const seconds = (user + system) / 1e6;
console.log(JSON.stringify({
  findings: COUNT,
  exceptions: exceptions.length,
  status: verdict.status,
  reasons: verdict.reasons.length,
  excepted: verdict.exceptions.length,
  secondsToRead: (judging - reading) / 1_000,
  secondsToJudge: (judged - judging) / 1_000,
  processorSecondsToJudge: seconds,
  secondsToRender: (rendered - judged) / 1_000,
  peakMegabytes: Math.round(peak),
}, undefined, 2));
if (verdict.status !== 'REJECTED' || verdict.reasons.length === 0 || verdict.exceptions.length !== exceptions.length) throw new Error('not judged');
if (seconds >= MOST_SECONDS || peak >= MOST_MEGABYTES) throw new Error(`more than ${MOST_SECONDS} s or ${MOST_MEGABYTES} MB`);
