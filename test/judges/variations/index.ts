import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, CliCredentialsStackSynthesizer, Stack, custom_resources as custom } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ACCESS } from './access';
import { AUDIT } from './audit';
import { GATE } from './gate';
import { GITHUB } from './github';
import { REGISTRY } from './registry';
import { REPOSITORY } from './repository';
import {
  EcrAuditTrail, EcrRegistry, GitHubOidcDeployer, GitHubOidcProvider, GitHubOidcPusher, InspectorGate,
  SecureEcrRepository,
} from '../../../src';
import { RepositoryKey } from '../../../src/repository/repository-key';

/** What there is one of in an account and Region: a registry, a trail; and what asks a registry for something. */
const ALONE = { ...REGISTRY, ...AUDIT, ...GATE };
/** A stack for every way to use the library: its name and what is in it. */
const VARIATIONS = { ...REPOSITORY, ...ACCESS, ...ALONE, ...GITHUB };

/** An app with every way to use the library, each in a stack of its own. */
export function variations(outdir?: string): App {
  const app = new App({ outdir, analyticsReporting: false });
  for (const [id, build] of Object.entries(VARIATIONS)) {
    const region = id === 'Encryption-dualLayer' ? 'us-gov-west-1' : 'eu-west-1'; // the only place that has it
    const synthesizer = id === 'Guarded-ByCaller' ? new CliCredentialsStackSynthesizer() : undefined; // CloudFormation without a role
    const account = id in ALONE ? String(900_000_000_000 + app.node.children.length) : '111111111111';
    const env = id.endsWith('-Anywhere') ? undefined : { account, region };
    build(new Stack(app, id, { env, synthesizer }));
  }
  return app;
}

/** The templates of every way to use the library. */
export function synthesizedVariations(outdir: string): string[] {
  variations(outdir).synth();
  return readdirSync(outdir).filter((name) => name.endsWith('.template.json')).map((name) => join(outdir, name));
}

/** A template with a wrong value, an unknown property and a reference to nothing. */
export function plantedTemplate(folder: string): string {
  const template = join(folder, 'bad.template.json');
  const Properties = { ImageTagMutability: 'IMUTABLE', ScanOnPush: true, RepositoryName: { Ref: 'Nothing' } };
  writeFileSync(template, JSON.stringify({ Resources: { Images: { Type: 'AWS::ECR::Repository', Properties } } }));
  return template;
}

/** The function of the CDK that makes the calls of our custom resources. */
const CUSTOM_RESOURCES = `AWS${custom.AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')}`;

/** Whether the library made it, rather than the app that uses the library. */
export function isOurs(construct: IConstruct): boolean {
  const ours = [
    SecureEcrRepository, RepositoryKey, GitHubOidcPusher, GitHubOidcDeployer, GitHubOidcProvider, EcrRegistry, EcrAuditTrail, InspectorGate,
  ];
  return construct.node.scopes.some((scope) => ours.some((type) => scope instanceof type) || scope.node.id === CUSTOM_RESOURCES);
}

/** The resources of the variations that the library made, each as `stack logicalId`. */
export function ourResources(): Set<string> {
  const resources = variations().node.findAll().filter(CfnResource.isCfnResource).filter(isOurs);
  return new Set(resources.map((resource) => `${resource.stack.artifactId} ${resource.stack.resolve(resource.logicalId)}`));
}
