import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { BAD, PUSHER, approved, digest, eventOn, huge, index, pending, rejected, unscanned } from './events';
import type { JudgementCause, VerdictEvent } from '../../../src/inspector/gate/contract';

const schema = JSON.parse(readFileSync('schema/gate-event-v1.json', 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false }).compile(schema);
const problems = (event: object) => validate(event) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);

test.each<[string, VerdictEvent]>([
  ['rejected', rejected()],
  ['no longer approved', rejected({ announced: 'APPROVED' })],
  ['approved', approved()],
  ['approved again', approved({ announced: 'REJECTED' })],
  ['pending', pending({ announced: 'APPROVED' })],
  ['not scanned', unscanned('IMAGE_ARCHIVED')],
  ['an index', eventOn(index([BAD], []))],
  ['a platform of an index', rejected({ partOf: [digest(9)] })],
  ['pushed by nobody knows whom, nobody knows when', rejected({ pushedAt: undefined, pushedBy: undefined })],
  ['huge', huge()],
])('an event of the gate meets the schema: %s', (_name, event) => {
  expect(problems(event)).toEqual([]);
});

test.each<[string, object, string]>([
  ['another version', { schemaVersion: 2 }, '/schemaVersion must be equal to constant'],
  ['another member', { tags: ['v1'] }, ' must NOT have additional properties'],
  ['no id', { id: undefined }, ' must have required property \'id\''],
  ['a tag for a digest', { digest: 'v1' }, '/digest must match pattern "^sha256:[0-9a-f]{64}$"'],
  ['an unknown status', { status: 'UNKNOWN' }, '/status must be equal to one of the allowed values'],
  ['an unknown cause', { cause: 'WHIM' }, '/cause must be equal to one of the allowed values'],
  ['no time', { decidedAt: 'today' }, '/decidedAt must match pattern "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$"'],
  ['a pusher without a name', { pushedBy: { at: PUSHER.at } }, '/pushedBy must have required property \'arn\''],
  ['more reasons than are told', { reasons: Array(21).fill(rejected().reasons[0]) }, '/reasons must NOT have more than 20 items'],
])('anything else does not: %s', (_name, over, problem) => {
  expect(problems(JSON.parse(JSON.stringify({ ...rejected(), ...over })))).toContain(problem);
});

test('knows every member and every cause of an event', () => {
  const members: Record<keyof VerdictEvent, true> = {
    schemaVersion: true,
    id: true,
    gate: true,
    account: true,
    region: true,
    repository: true,
    digest: true,
    status: true,
    previousStatus: true,
    decidedAt: true,
    cause: true,
    policy: true,
    counts: true,
    reasons: true,
    moreReasons: true,
    upgrades: true,
    notices: true,
    partOf: true,
    platforms: true,
    pushedAt: true,
    pushedBy: true,
  };
  const causes: Record<JudgementCause, true> = { PUSH: true, SCAN: true, FINDING: true, CHANGE: true, PLATFORM: true, ASKED: true, SWEEP: true };

  expect(Object.keys(schema.properties)).toEqual(Object.keys(members));
  expect(schema.properties.cause.enum).toEqual(Object.keys(causes));
});
