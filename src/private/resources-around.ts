import { CfnResource, type ResourceEnvironment, Stack, Token, type aws_ecr as ecr, aws_events as events } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Problem, Problems } from './problems';

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

/** Refuses repositories that are elsewhere. Each construct says by its remedy why it would hear nothing of them. */
export function checkRepositoriesHere(
  scope: IConstruct, repositories: readonly ecr.IRepositoryRef[] | undefined, { remedy, code }: Pick<Problem, 'remedy' | 'code'>, problems: Problems,
): void {
  for (const repository of repositories ?? []) {
    const env = environmentOf(repository);
    problems.unless(!isElsewhere(scope, env), {
      prop: 'repositories',
      must: 'be in the account and Region of the stack',
      got: `${repository.node.path} in ${env.account}/${env.region}`,
      remedy,
      code,
    });
  }
}

/** Where a repository is: what was imported with attributes is where its ARN says, not where its stack is. */
function environmentOf({ env, repositoryRef }: ecr.IRepositoryRef): ResourceEnvironment {
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
