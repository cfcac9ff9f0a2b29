import { oneLine } from '../../../report/wording';

/** Whoever has this ARN, in words; an account is named where it is not this one. */
export function principalWords(arn: string, account: string): string {
  const [, , , , owner, resource = ''] = arn.split(':');
  const parts = resource.split('/');
  const of = owner && owner !== account ? ` of account ${owner}` : '';
  const words = () => {
    if (resource === 'root') return `the root user of account ${owner}`;
    switch (parts[0]) {
      // A role's path is not in the ARN of its sessions.
      case 'assumed-role': return `role ${parts[1]}${of}, session ${parts.slice(2).join('/')}`;
      case 'federated-user': return `federated user ${parts.at(-1)}${of}`;
      case 'role': return `role ${parts.at(-1)}${of}`;
      case 'user': return `user ${parts.at(-1)}${of}`;
      default: return arn;
    }
  };
  return oneLine(words());
}
