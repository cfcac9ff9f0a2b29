import * as inspector from '@aws-sdk/client-inspector2';
import { type Operation, ServiceError } from './operation';
import type { Rescan, World } from './world';

/** What an account that has set nothing has. https://docs.aws.amazon.com/inspector/latest/user/scanning_resources_configure_duration_setting_ecr.html */
const UNSET: Rescan = { rescanDuration: 'DAYS_14', pullDateRescanDuration: 'DAYS_14', pullDateRescanMode: 'LAST_IN_USE_AT' };
/** What Amazon Inspector does for an account as a whole, by the names of the operations. */
export const ACCOUNT_OPERATIONS: Record<string, Operation> = {
  Enable: {
    request: inspector.EnableRequest$,
    response: inspector.EnableResponse$,
    answer(world, { resourceTypes, accountIds = [world.account] }: inspector.EnableRequest): inspector.EnableResponse {
      onlyHere(world, accountIds);
      for (const type of resourceTypes!) world.enabled.add(check('resourceTypes', type, inspector.ResourceScanType));
      return { accounts: [{ accountId: world.account, status: 'ENABLED', resourceStatus: { ec2: statusOf(world, 'EC2'), ecr: statusOf(world, 'ECR') } }] };
    },
  },
  BatchGetAccountStatus: {
    request: inspector.BatchGetAccountStatusRequest$,
    response: inspector.BatchGetAccountStatusResponse$,
    answer(world, { accountIds = [world.account] }: inspector.BatchGetAccountStatusRequest): inspector.BatchGetAccountStatusResponse {
      onlyHere(world, accountIds);
      return { accounts: [accountOf(world)], failedAccounts: [] };
    },
  },
  GetConfiguration: {
    request: inspector.GetConfigurationRequest$,
    response: inspector.GetConfigurationResponse$,
    answer: ({ rescan = UNSET }): inspector.GetConfigurationResponse => ({ ecrConfiguration: { rescanDurationState: { ...rescan, status: 'SUCCESS' } } }),
  },
  UpdateConfiguration: {
    request: inspector.UpdateConfigurationRequest$,
    response: inspector.UpdateConfigurationResponse$,
    answer(world, { ecrConfiguration }: inspector.UpdateConfigurationRequest): inspector.UpdateConfigurationResponse {
      const { rescanDuration, pullDateRescanDuration, pullDateRescanMode } = ecrConfiguration ?? {};
      if (!rescanDuration || !pullDateRescanDuration || !pullDateRescanMode) {
        throw new ServiceError('ValidationException', 'the stand-in knows whole configurations of Amazon ECR only');
      }
      check('rescanDuration', rescanDuration, inspector.EcrRescanDuration);
      check('pullDateRescanDuration', pullDateRescanDuration, inspector.EcrPullDateRescanDuration);
      check('pullDateRescanMode', pullDateRescanMode, inspector.EcrPullDateRescanMode);
      world.rescan = { rescanDuration, pullDateRescanDuration, pullDateRescanMode };
      return {};
    },
  },
};

function accountOf(world: World): inspector.AccountState {
  const state = (status: inspector.Status) => ({ status, errorCode: '', errorMessage: '' }) as unknown as inspector.State; // no error has no code
  return {
    accountId: world.account,
    state: state(world.enabled.size > 0 ? 'ENABLED' : 'DISABLED'),
    resourceState: { ec2: state(statusOf(world, 'EC2')), ecr: state(statusOf(world, 'ECR')) },
  };
}

function statusOf({ enabled }: World, type: inspector.ResourceScanType): inspector.Status {
  return enabled.has(type) ? 'ENABLED' : 'DISABLED';
}

function onlyHere({ account }: World, accountIds: readonly string[]): void {
  if (accountIds.some((id) => id !== account)) throw new ServiceError('AccessDeniedException', 'the stand-in is about one account', 403);
}

function check<T extends string>(name: string, value: T, values: object): T {
  if (Object.values(values).includes(value)) return value;
  throw new ServiceError('ValidationException', `Value '${value}' at '${name}' failed to satisfy constraint: Member must satisfy enum value set`);
}
