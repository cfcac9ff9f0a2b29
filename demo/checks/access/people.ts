import { ECRClient } from '@aws-sdk/client-ecr';
import { PRODUCTION } from '../../../examples/cross-account/agreed';
import type { ClientSettings } from '../../../test/local-aws';
import { type Who, administrator, pusher, role } from '../repository/subjects';

export interface Person {
  /** As in the table. */
  readonly name: string;
  /** As in a sentence. */
  readonly subject: string;
  readonly who: Who;
}

const person = (name: string, who: Who, subject = `the ${name[0].toLowerCase()}${name.slice(1)}`): Person =>
  ({ name, subject, who });

export const DEVELOPER = person('Developer', role('Developer'));
export const END_USER = person('End user', role('EndUser'));
export const CI = person('CI', pusher, 'CI');
/** Of the account of the repositories: may do everything that no policy of a repository denies. */
export const ADMINISTRATOR = person('Administrator', administrator);
export const BREAK_GLASS = person('Break-glass role', role('BreakGlass'));
export const STRANGER = person('Stranger', role('Stranger'));

/** The role that shop/web names. Its own policy says more, so that what refuses it is the repository. */
export const PRODUCTION_ROLE = person('Production account', async (context) => {
  const { account, region } = context.aws;
  return context.aws.client(ECRClient, await context.roles.of(PRODUCTION.account, 'shop-production', [
    { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    { Effect: 'Allow', Action: 'ecr:*', Resource: `arn:aws:ecr:${region}:${account}:repository/shop/*` },
  ]));
});

/** Somebody else of that account, and the most powerful there. */
export const PRODUCTION_ADMINISTRATOR = person(
  "Production's administrator", (context) => context.asAdministrator(ECRClient, PRODUCTION.account));

class UnsignedClient extends ECRClient {
  constructor(settings: ClientSettings) {
    super({ ...settings, signer: { sign: async (request) => request } });
  }
}
export const NOBODY = person('Nobody (unsigned)', async ({ aws }) => aws.client(UnsignedClient), 'nobody (unsigned)');

/** Knows the access key and the session of CI, which are sent in the clear, but not the secret. */
export const FORGER = person('Forger of CI', async (context) =>
  context.aws.client(ECRClient, { ...await context.credentials('Pusher'), secretAccessKey: 'guessed' }), 'a forger of CI');
