import { App, CfnParameter, Fn, Stack, Validations, aws_ecr as ecr, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sqs as sqs } from 'aws-cdk-lib';
import {
  AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks, type NagPack,
} from 'cdk-nag';
import { Node } from 'constructs';
import { isOurs, variations } from './variations';
import { InspectorGate, SecureEcrRepository } from '../../src';
import { temporaryFolder } from '../support/temporary-folder';

const PACKS: Record<string, new () => NagPack> = {
  AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks,
};

/** Findings that say nothing about what we make. Anything else is mended, not exempted. */
const EXEMPT: Record<string, string> = {
  'Serverless-EventBusDLQ at Events-WithoutTarget/Images/Pushed/Resource':
    'the rule breaks on an EventBridge rule that has no target yet; with a target it looks at the dead letters of that',
};

function findings(pack: NagPack, app: App): string[] {
  const ours = new Set(app.node.findAll().filter(isOurs).map(({ node }) => node.path));
  return pack.validateScope(app).violations.flatMap(({ ruleName, violatingResources }) => violatingResources
    .filter(({ constructPath }) => ours.has(constructPath!))
    .map(({ constructPath }) => `${ruleName} at ${constructPath}`));
}

test('finds nothing in any variation, but what is exempt', () => {
  const app = variations();
  const found = Object.values(PACKS).flatMap((Pack) => findings(new Pack(), app));
  expect(found.sort()).toEqual(Object.keys(EXEMPT).sort());
});

test('every acknowledgement of the library is needed somewhere', () => {
  const acknowledged = variations().node.findAll().filter(isOurs).flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.keys(data).map((id) => withoutPack(id.replace(/^annotation::/i, ''))));
  const addMetadata = Node.prototype.addMetadata;
  jest.spyOn(Node.prototype, 'addMetadata').mockImplementation(function (this: Node, type, ...others) {
    if (type !== Validations.ACKNOWLEDGED_RULES_METADATA_KEY) addMetadata.call(this, type, ...others);
  });
  const app = variations();
  jest.restoreAllMocks();

  const found = new Set(Object.values(PACKS).flatMap((Pack) => findings(new Pack(), app)).map((finding) => withoutPack(finding.split(' at ')[0])));

  expect(found.size).toBeGreaterThan(10);
  expect([...new Set(acknowledged)].filter((rule) => !found.has(rule))).toEqual([]);
});

/** Most rules are in several packs, under one name. */
function withoutPack(id: string): string {
  return id.slice(id.indexOf('-') + 1);
}

test.each(Object.entries(PACKS))('%s finds what is bad', (_name, Pack) => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  new sqs.Queue(stack, 'Queue');
  new s3.Bucket(stack, 'Bucket');
  expect(new Pack().validateScope(app).violations).not.toEqual([]);
});

test('AwsSolutions knows the mistakes that the library prevents', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  new kms.Key(stack, 'Key');
  new ecr.CfnRepository(stack, 'Images', {
    repositoryPolicyText: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }] },
  });
  const rules = new AwsSolutionsChecks().validateScope(app).violations.map(({ ruleName }) => ruleName);
  expect(rules.sort()).toEqual(['AwsSolutions-ECR1', 'AwsSolutions-KMS5']);
});

test('a repository says itself why it may name everybody, once it does', () => {
  const stack = new Stack(new App(), 'Stack');
  const [a, b] = ['A', 'B'].map((id) => new SecureEcrRepository(stack, id));
  a.access.pull(new iam.OrganizationPrincipal('o-1234567890'));
  const acknowledged = ({ node }: SecureEcrRepository) => node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
  expect(JSON.stringify(acknowledged(a))).toContain('AwsSolutions-ECR1":"A statement that names every principal has a condition');
  expect(acknowledged(b)).toEqual([]);
});

test('runs as a plugin of an app', () => {
  jest.spyOn(console, 'error').mockImplementation(); // where the CDK prints its report
  const app = new App({ outdir: temporaryFolder() });
  new SecureEcrRepository(new Stack(app, 'Stack'), 'Images');
  // What of their policies names patterns is acknowledged as it is written at synthesis, wherever the stack goes and however many it names.
  for (const [id, env] of Object.entries({ Anywhere: undefined, Somewhere: { account: '111111111111', region: 'eu-west-1' } })) {
    const stack = new Stack(app, id, { env });
    const name = Fn.select(0, new CfnParameter(stack, 'Names', { type: 'CommaDelimitedList' }).valueAsList);
    new InspectorGate(stack, 'Gate', { repositoryNames: [`${name}/*`, Fn.importValue('Name'), ...Array.from({ length: 150 }, (_, index) => `team-${index}/service-with-a-long-name/*`)] });
  }
  const packs = Object.values(PACKS).map((Pack) => new Pack());
  const runs = packs.map((pack) => jest.spyOn(pack, 'validate'));
  Validations.of(app).addPlugins(...packs);
  app.synth();
  for (const { mock } of runs) expect(mock.results).toEqual([{ type: 'return', value: { success: true, violations: [] } }]);
});
