import { CfnResource, type ResourceEnvironment, Stack, Token, type aws_ecr as ecr, aws_events as events } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether two constructs are deployed to the same account and Region, as far as is known. */
export function sameEnvironment(one: IConstruct, other: IConstruct): boolean {
  const [a, b] = [Stack.of(one), Stack.of(other)];
  return a.account === b.account && a.region === b.region;
}

/** Whether something is in another account or Region than `scope`, as far as is known. */
export function isElsewhere(scope: IConstruct, { account, region }: ResourceEnvironment): boolean {
  const here = Stack.of(scope);
  return [[here.account, account], [here.region, region]].some(([a, b]) => !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b);
}

/** Where a repository is: what was imported with attributes is where its ARN says, not where its stack is. */
export function environmentOf({ env, repositoryRef }: ecr.IRepositoryRef): ResourceEnvironment {
  const [, , , region, account] = repositoryRef.repositoryArn.split(':'); // none but the first in a token for all of it
  return { account: account || env.account, region: region || env.region };
}

/** All resources of a type that the app makes in the account and Region of `scope`; complete only at synthesis. */
export function resourcesAround(scope: IConstruct, type: string): CfnResource[] {
  return scope.node.root.node.findAll().filter((each) => CfnResource.isCfnResource(each))
    .filter((each) => each.cfnResourceType === type && sameEnvironment(each, scope));
}

/** All rules of the app on the default event bus there. */
export function rulesOnDefaultBus(scope: IConstruct): CfnResource[] {
  return resourcesAround(scope, events.CfnRule.CFN_RESOURCE_TYPE_NAME).filter((rule) => (rule as events.CfnRule).eventBusName === undefined);
}
