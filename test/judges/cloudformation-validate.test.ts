import { createRequire } from 'node:module';
import { basename } from 'node:path';
import type * as validate from '@aws/cloudformation-validate';
import { plantedTemplate, synthesizedVariations } from './variations';
import { temporaryFolder } from '../support/temporary-folder';

jest.setTimeout(60_000);

// The CDK runs it at every synthesis from 2.262.0 on, and brings the version to run: that is the one to ask. The oldest CDK we
// support brings none, and so finds ours.
const { RegoEngine, TemplateFile }: typeof validate = createRequire(require.resolve('aws-cdk-lib/package.json'))('@aws/cloudformation-validate');

let engine: validate.Engine;
beforeAll(() => {
  engine = new RegoEngine();
});
afterAll(() => engine.free());

/** Rules that say nothing about what we make. Anything else is mended, not exempted. */
const EXEMPT = ['W3005']; // redundant DependsOn: the CDK writes down also what a reference implies
/** What an app brings in has no Ref: the permission of a log group from elsewhere names its ARN, however that is put together. */
const BROUGHT_IN = /^W9002 at AuditTellerElsewhereCanInvokeLambda\w+\/Properties\.SourceArn:/;

/** What is worse than a remark, but what is exempt. */
function findings(template: string): string[] {
  return engine.validateStandard(new TemplateFile(template), { severityLevel: 'WARN' }).diagnostics.filter(
    ({ ruleId }) => !EXEMPT.includes(ruleId),
  ).map(
    ({ ruleId, entity, propertyPath, message }) => `${ruleId} at ${entity?.logicalId}/${propertyPath}: ${message}`,
  ).filter((finding) => !BROUGHT_IN.test(finding));
}

test('finds nothing in the templates of any variation', () => {
  const templates = synthesizedVariations(temporaryFolder());
  expect(templates.length).toBeGreaterThan(10);
  expect(templates.flatMap((template) => findings(template).map((finding) => `${basename(template)}: ${finding}`))).toEqual([]);
});

test('finds what CloudFormation would refuse', () => {
  expect(findings(plantedTemplate(temporaryFolder())).map((finding) => finding.split(' ')[0]).sort()).toEqual(['F1020', 'F3002', 'W3030']);
});
