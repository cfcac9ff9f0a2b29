import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, linkPackages, npmBin, run } from '../support/tools';

jest.setTimeout(60_000);

/** Rules of the AWS Construct Library that we do not follow, and why. */
const EXEMPT: Record<string, string> = {
  'resource-interface at cdk-secure-ecr.SecureEcrRepository':
    'it is an ecr.IRepository; an interface of our own would keep it out of constructs that take one',
  'no-grants at cdk-secure-ecr.SecureEcrRepository.grant':
    'not a new grant: it brings the one of ecr.IRepository to the companion class, RepositoryAccess',
  'no-grants at cdk-secure-ecr.SecureEcrRepository.grantPush':
    'not a new grant: it mends the one of ecr.IRepository, whose pushers may not ask for a manifest',
  'resource-interface at cdk-secure-ecr.GitHubOidcProvider': 'it is an iam.IOidcProvider; what takes one takes it',
  'props-physical-name at cdk-secure-ecr.GitHubOidcProviderProps': 'IAM names a provider after its issuer',
  'prefer-ref-interface at cdk-secure-ecr.HandlerOptions.vpc': 'functions need its subnets',
  'prefer-ref-interface at cdk-secure-ecr.HandlerOptions.securityGroups': 'functions take no other',
  'prefer-ref-interface at cdk-secure-ecr.HandlerOptions.encryptionKey': 'services and functions are granted its use',
  'prefer-ref-interface at cdk-secure-ecr.EcrAuditTrailProps.topic': 'the handler is granted to publish',
  'no-grants at cdk-secure-ecr.InspectorGate.grantAskForVerdict': 'of one function and one table: a class for two grants would say no more',
  'no-grants at cdk-secure-ecr.InspectorGate.grantReadVerdicts': 'the same',
  'integ-return-type at cdk-secure-ecr.IGateAction.bind': 'an action uses the methods of the gate; there is nothing to give back',
  'events-generic at cdk-secure-ecr.EcrAuditTrail': 'onSignal is the generic one: there are no other events',
  'mixin-file-location at cdk-secure-ecr.ImageRetention': 'a value object that is a mixin too; its module is repository/',
  'mixin-namespace at cdk-secure-ecr.ImageRetention': 'names are flat here, without submodules',
};

/** Errors and warnings on our types, with their messages; what is wrong with types of aws-cdk-lib is not ours. */
async function findings(folder: string): Promise<Record<string, string>> {
  const { stdout, stderr } = await run(npmBin('awslint'), ['--no-compile', '--no-config'], { cwd: folder });
  const found = (stdout + stderr).split('\n').filter((line) => line !== '').flatMap((line) => {
    const [, level, rule, scope, message] = /^(\w+): \[awslint:([^:]+):([^\]]+)\] (.*)$/.exec(line) ?? [];
    if (!level) throw new Error(`awslint failed:\n${stdout}\n${stderr}`);
    const ours = scope.startsWith('cdk-secure-ecr.') && (level === 'error' || level === 'warning');
    return ours ? [[`${rule} at ${scope}`, message]] : [];
  });
  return Object.fromEntries(found);
}

test('finds nothing in the compiled library, but what is exempt', async () => {
  expect(await findings(ROOT)).toEqual(Object.fromEntries(Object.keys(EXEMPT).map((key) => [key, expect.any(String)])));
});

test('finds what the AWS Construct Library would refuse', async () => {
  const folder = temporaryFolder();
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  linkPackages(folder);
  const assembly = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));
  const property = (type: string, name: string) => assembly.types[`cdk-secure-ecr.${type}`].properties.find(
    (each: { name: string }) => each.name === name,
  );
  delete property('SecureEcrRepositoryProps', 'encryption').docs; // no documentation, hence no default either
  property('SecureEcrRepositoryProps', 'repositoryName').name = 'repositoryArn';
  writeFileSync(join(folder, '.jsii'), JSON.stringify(assembly));
  expect(Object.keys(await findings(folder))).toEqual(expect.arrayContaining([
    'docs-public-apis at cdk-secure-ecr.SecureEcrRepositoryProps.encryption',
    'props-default-doc at cdk-secure-ecr.SecureEcrRepositoryProps.encryption',
    'props-no-arn-refs at cdk-secure-ecr.SecureEcrRepositoryProps.repositoryArn',
    'props-physical-name at cdk-secure-ecr.SecureEcrRepositoryProps',
  ]));
});
