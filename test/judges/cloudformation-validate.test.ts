import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RegoEngine, TemplateFile, type Engine } from '@aws/cloudformation-validate';
import { variations } from './variations';
import { temporaryFolder } from '../support/temporary-folder';

jest.setTimeout(60_000);

// The CDK runs it at every synthesis from 2.262.0 on; the oldest CDK we support does not have it yet.
let engine: Engine;
beforeAll(() => {
  engine = new RegoEngine();
});
afterAll(() => engine.free());

/** What is worse than a remark. */
function findings(template: string): string[] {
  return engine.validateStandard(new TemplateFile(template), { severityLevel: 'WARN' }).diagnostics.map(
    ({ ruleId, entity, propertyPath, message }) => `${ruleId} at ${entity?.logicalId}/${propertyPath}: ${message}`,
  );
}

test('finds nothing in the templates of any variation', () => {
  const outdir = temporaryFolder();
  variations(outdir).synth();
  const templates = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  expect(templates.length).toBeGreaterThan(10);
  expect(templates.flatMap((name) => findings(join(outdir, name)).map((finding) => `${name}: ${finding}`))).toEqual([]);
});

test('finds what CloudFormation would refuse', () => {
  const template = join(temporaryFolder(), 'bad.template.json');
  writeFileSync(template, JSON.stringify({
    Resources: {
      Images: {
        Type: 'AWS::ECR::Repository',
        Properties: { ImageTagMutability: 'IMUTABLE', ScanOnPush: true, RepositoryName: { Ref: 'Nothing' } },
      },
    },
  }));
  expect(findings(template).map((finding) => finding.split(' ')[0]).sort()).toEqual(['F1020', 'F3002', 'W3030']);
});
