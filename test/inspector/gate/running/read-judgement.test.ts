import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { FindingException, FindingPolicy } from '../../../../src';
import { JudgementLayer } from '../../../../src/inspector/gate/judgement-layer';
import { readJudgement } from '../../../../src/inspector/gate/running/read-judgement';
import { temporaryFolder } from '../../../support/temporary-folder';

const EXCEPTION = { packageName: 'zlib1g', owner: 'somebody', reason: 'ünüsed', untilFixed: true };

/** A layer as it is deployed: where its module is, and the fingerprint of what is in it. */
function deployed(policy = FindingPolicy.strict()) {
  const app = new App({ outdir: temporaryFolder() });
  const { fingerprint, environment } = new JudgementLayer(new Stack(app, 'Stack'), 'Layer', policy, [FindingException.of('CVE-2023-1', EXCEPTION)]);
  const module = join(app.assetOutdir, `${environment.JUDGEMENT}-${fingerprint}`, 'nodejs', 'node_modules', environment.JUDGEMENT);
  return { module, fingerprint, file: join(module, 'index.json') };
}

test('what the layer brings is what the app was synthesised with', () => {
  const { module, fingerprint } = deployed();

  const { policy, exceptions } = readJudgement(module, fingerprint);

  expect(policy).toEqual(JSON.parse(FindingPolicy.strict().toJson()));
  expect(exceptions).toMatchObject([{ vulnerability: 'CVE-2023-1', package: 'zlib1g', reason: 'ünüsed' }]);
});

describe('nothing is judged by', () => {
  test('a layer that is missing', () => {
    expect(() => readJudgement(join(temporaryFolder(), 'gate-judgement'), 'f')).toThrow(/Cannot find module/);
  });

  test('the layer of another deployment', () => {
    expect(() => readJudgement(deployed(FindingPolicy.exploited()).module, deployed().fingerprint)).toThrow(
      /^The policy that was deployed has the fingerprint [0-9a-f]{16}; the layer brings one with [0-9a-f]{16}$/);
  });

  test.each([
    ['nothing', ''], ['half of it', '{"policy":{"version":1,"name":"strict"'], ['no policy', '{}'],
    ['a policy without rules, which would approve all', '{"policy":{"version":1,"name":"strict","rules":[]},"exceptions":[]}'],
  ])('a layer that brings %s', (_what, text) => {
    const { module, fingerprint, file } = deployed();
    writeFileSync(file, text);

    expect(() => readJudgement(module, fingerprint)).toThrow('The policy that was deployed');
  });
});
