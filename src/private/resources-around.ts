import { CfnResource, Stack, aws_events as events } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether two constructs are deployed to the same account and Region, as far as is known. */
export function sameEnvironment(one: IConstruct, other: IConstruct): boolean {
  const [a, b] = [Stack.of(one), Stack.of(other)];
  return a.account === b.account && a.region === b.region;
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
