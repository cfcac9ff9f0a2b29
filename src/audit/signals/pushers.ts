import { type SignalMatch, type Surroundings, called, succeeded, undeployed, watched } from './definition';
import type { FieldCondition } from '../contract';

/** A push by somebody who is no pusher; nothing where no pusher is known, because every push would be one. */
export function pushedAround(around: Surroundings): SignalMatch | undefined {
  return around.pushers && byOthers(around, succeeded('ecr', 'PutImage'));
}

/** A pull of what is not there, by somebody who is no pusher: clients ask whether an image is there before they push it. */
export function pulledMissing(around: Surroundings): SignalMatch {
  const conditions = [...called('ecr', 'BatchGetImage'), { field: 'responseElements.failures[*].failureCode', is: ['ImageNotFound'] }];
  return around.pushers ? byOthers(around, conditions) : { conditions, lists: watched(around) };
}

/** A change of who may assume a role that pushes. */
export function trustChanged(around: Surroundings): SignalMatch | undefined {
  const { pushers } = around;
  return pushers && {
    conditions: succeeded('iam', 'UpdateAssumeRolePolicy'),
    lists: undeployed(around),
    judgement: { aboutRoleOf: pushers.table },
    atSynthesis: () => [{ field: 'requestParameters.roleName', is: orNone(pushers.roleNames()) }],
  };
}

/** Pushers who were granted to differ from repository to repository and come later, so no pattern can list them. */
function byOthers(around: Surroundings, conditions: readonly FieldCondition[]): SignalMatch {
  const { named, table } = around.pushers!;
  return named
    ? { conditions, lists: [...watched(around), ...notBy(named)] }
    : { conditions, lists: watched(around), judgement: { byOthersThan: table } };
}

/** A record of a role's session names the role; one across accounts names neither role nor user. */
function notBy(callers: readonly string[]): FieldCondition[] {
  const isUser = (arn: string) => arn.includes(':user/');
  const [users, roles] = [callers.filter(isUser), callers.filter((caller) => !isUser(caller))];
  return [
    ...roles.length > 0 ? [{ field: 'userIdentity.sessionContext.sessionIssuer.arn', isNot: roles, orMissing: true }] : [],
    ...users.length > 0 ? [{ field: 'userIdentity.arn', isNot: users, orMissing: true }] : [],
  ];
}

/** A condition names a value; no role is called by a blank. */
function orNone(names: readonly string[]): readonly string[] {
  return names.length > 0 ? names : [' '];
}
