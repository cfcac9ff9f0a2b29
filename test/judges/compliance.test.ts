import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Change, Claim } from '../../docs/compliance/claim';
import { SUBJECTS } from '../../docs/compliance/claims';
import { CONTROLS, type ControlId } from '../../docs/compliance/controls';
import { ADVICE, GRANTEES, GRANTS, appWith, findings, findingsOf, ruleAndPack } from '../../docs/compliance/own-roles';
import type { Resources } from '../../docs/compliance/template';
import { COMPLIANCE, PARTS, compliancePage } from '../../docs/make-compliance';
import { ROOT } from '../support/tools';

jest.setTimeout(60_000);

/** The types that controls look at. */
const ABOUT: [RegExp, string][] = [
  [/^ECR\.[1235]$/, 'AWS::ECR::Repository'],
  [/^KMS\.[345]$/, 'AWS::KMS::Key'],
  [/^(KMS\.2|IAM\.(1|21|24))$/, 'AWS::IAM::Role'],
  [/^(ECR\.1|Inspector\.2)$/, 'AWS::ECR::RegistryScanningConfiguration'],
  [/^(CloudTrail|CloudWatch)\.\d$/, 'AWS::CloudTrail::Trail'],
  [/^CloudWatch\.1[57]$/, 'AWS::CloudWatch::Alarm'],
  [/^CloudWatch\.16$/, 'AWS::Logs::LogGroup'],
  [/^S3\./, 'AWS::S3::Bucket'],
  [/^SNS\./, 'AWS::SNS::Topic'],
  [/^SQS\./, 'AWS::SQS::Queue'],
  [/^DynamoDB\./, 'AWS::DynamoDB::Table'],
  [/^Lambda\./, 'AWS::Lambda::Function'],
];

function resourcesOf(build: (stack: Stack) => void): Resources {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  build(stack);
  return Template.fromStack(stack).toJSON().Resources;
}

/** The resources with a property changed; that nothing was there to change is a mistake. */
function changed(resources: Resources, { type, path, value }: Change): Resources {
  const copy: Record<string, any> = structuredClone(resources);
  const names = path.startsWith('.') ? path.slice(1).split('.') : ['Properties', ...path.split('.')];
  const targets = Object.values(copy).filter(({ Type }) => Type === type);
  if (targets.length === 0) throw new Error(`There is no ${type} to change`);
  for (const target of targets) {
    const holder = names.slice(0, -1).reduce((at, name) => at[name] ??= {}, target);
    holder[names.at(-1)!] = value;
  }
  return copy;
}

const meets = (control: ControlId, resources: Resources) => CONTROLS[control].check(resources);

describe.each(SUBJECTS.map((subject) => [subject.name, subject] as const))('%s', (name, { build, claims }) => {
  let byDefault: Resources;
  beforeAll(() => {
    byDefault = resourcesOf(build);
  });

  test.each(claims.map((claim): [string, string, Claim] => [claim.met ? 'meets' : 'does not meet', claim.control, claim]))('%s %s, and its opposite is told apart', (_does, _id, claim) => {
    expect(meets(claim.control, byDefault)).toBe(claim.met);

    const opposite = typeof claim.otherwise === 'function' ? resourcesOf(claim.otherwise) : changed(byDefault, claim.otherwise);
    expect(meets(claim.control, opposite)).toBe(!claim.met);
  });

  test('one claim is made of a control', () => {
    const controls = claims.map(({ control }) => control);
    expect(controls).toEqual([...new Set(controls)]);
  });

  test('every control of what it makes is spoken of', () => {
    if (name === 'ImageRetention') return; // a property of a repository
    const types = new Set(Object.values(byDefault).map(({ Type }) => Type));
    const about = Object.keys(CONTROLS).filter((id) => ABOUT.some(([control, type]) => control.test(id) && types.has(type)));
    expect(claims.map(({ control }) => control)).toEqual(expect.arrayContaining(about));
  });
});

test('no control is there in vain', () => {
  const spoken = SUBJECTS.flatMap(({ claims }) => claims.map(({ control }) => control));
  expect(Object.keys(CONTROLS).filter((id) => !spoken.includes(id as ControlId))).toEqual([]);
});

test('nothing is met by an empty template, but what is about there being none', () => {
  const met = (Object.keys(CONTROLS) as ControlId[]).filter((id) => meets(id, {}));
  expect(met).toEqual(['IAM.3']);
});

describe('what cdk-nag says of a grantee of ours', () => {
  const grants = Object.keys(GRANTEES).flatMap((grantee) => Object.keys(GRANTS).map((grant) => [grant, grantee] as const));

  test('has an advice, and every advice is needed', () => {
    const rules = grants.flatMap(([grant, grantee]) => findingsOf(grantee, grant)).map((id) => ruleAndPack(id)[0]);
    expect([...new Set(rules)].sort()).toEqual(Object.keys(ADVICE).sort());
  });

  test('can be acknowledged on it', () => {
    const { app, yours } = appWith('a role', 'access.push, grantPush');
    const ids = findings(app);
    expect(ids.length).toBeGreaterThan(1);

    Validations.of(yours as never).acknowledge(...ids.map((id) => ({ id, reason: 'It is about the login.' })));
    expect(findings(app)).toEqual([]);
  });
});

test('docs/compliance.md has a place for every table', () => {
  const marks = [...readFileSync(COMPLIANCE, 'utf8').matchAll(/^<!-- ([\w-]+) -->$/gm)].map(([, name]) => name);
  expect(marks).toEqual(Object.keys(PARTS).flatMap((name) => [name, 'end']));
});

test('docs/compliance.md says what the claims and the judges say', () => {
  expect(readFileSync(COMPLIANCE, 'utf8')).toBe(compliancePage());
});

test('its links lead somewhere', () => {
  const page = readFileSync(COMPLIANCE, 'utf8');
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/ /g, '-'));
  for (const [, link] of page.matchAll(/\]\(([^)]+)\)/g)) {
    if (link.startsWith('#')) expect(headings).toContain(link.slice(1));
    else if (!link.startsWith('https:')) expect(() => readFileSync(join(ROOT, 'docs', link))).not.toThrow();
  }
});
