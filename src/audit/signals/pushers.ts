import { byOthersThan, outsideDeployment } from './callers';
import { type SignalMatch, type Surroundings, called, succeeded, watched } from './definition';

/** A push by somebody who is no pusher; nothing where no pusher is known, because every push would be one. */
export function pushedAround(around: Surroundings): SignalMatch | undefined {
  return around.pushers && byOthersThan(around.pushers, { conditions: succeeded('ecr', 'PutImage'), lists: watched(around) });
}

/** A pull of what is not there, by somebody who is no pusher: clients ask whether an image is there before they push it. */
export function pulledMissing(around: Surroundings): SignalMatch {
  const conditions = [...called('ecr', 'BatchGetImage'), { field: 'responseElements.failures[*].failureCode', is: ['ImageNotFound'] }];
  const pulled = { conditions, lists: watched(around) };
  return around.pushers ? byOthersThan(around.pushers, pulled) : pulled;
}

/** A change of who may assume a role that pushes; nothing where no role does. */
export function trustChanged(around: Surroundings): SignalMatch | undefined {
  if (!around.pushers) return undefined;
  const { roleNames, table } = around.pushers;
  const conditions = succeeded('iam', 'UpdateAssumeRolePolicy');
  if (!roleNames) return outsideDeployment(around, { conditions, judgement: { aboutRoleOf: table } });
  if (roleNames.length === 0) return undefined;
  return outsideDeployment(around, { conditions, lists: [{ field: 'requestParameters.roleName', is: roleNames }] });
}
