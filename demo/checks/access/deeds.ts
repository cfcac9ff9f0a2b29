import {
  BatchDeleteImageCommand, DescribeImagesCommand, ECRClient, GetAuthorizationTokenCommand, GetRepositoryPolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import type { Person } from './people';
import { makeImage, pull, push } from '../../../test/local-aws';
import { type Seen, attempt } from '../check';
import type { CheckContext } from '../context';
import { IMAGES, type Where } from '../repository/subjects';

/** Something that is tried with a repository, whose v1.0.0 is the release. */
export interface Deed {
  /** As in the head of the table. */
  readonly name: string;
  /** Names it in the ids of checks. */
  readonly id: string;
  /** As in a sentence about somebody and this repository. */
  does(repository: string): string;
  run(context: CheckContext, ecr: ECRClient, where: Where, person: Person): Promise<Seen>;
}

const logIn: Deed = {
  name: 'log in',
  id: 'login',
  does: (repository) => `logs in to the registry of ${repository}`,
  run: (_, ecr) => attempt(ecr.send(new GetAuthorizationTokenCommand({}))),
};

const readMetadata: Deed = {
  name: 'read metadata',
  id: 'metadata',
  does: (repository) => `looks at what is in ${repository}`,
  run: (context, ecr, where) => attempt(ecr.send(new DescribeImagesCommand(where(context)))),
};

const pullRelease: Deed = {
  name: 'pull',
  id: 'pull',
  does: (repository) => `pulls v1.0.0 from ${repository}`,
  run: (context, ecr, where) => attempt(
    pull(ecr, where(context), { imageTag: 'v1.0.0' }, (url) => context.aws.download(url)).then(({ digest }) => {
      if (digest !== IMAGES.release.digest) throw new Error(`v1.0.0 is ${digest}`);
    })),
};

const pushOwn: Deed = {
  name: 'push',
  id: 'push',
  does: (repository) => `pushes an image to ${repository}`,
  // An image of their own for each, so that none finds its layers there already.
  run: (context, ecr, where, { name }) => attempt(
    push(ecr, where(context), makeImage({ version: '2.0.0', greeting: `by ${name}` }), tagOf(name))),
};

const deleteRelease: Deed = {
  name: 'delete an image',
  id: 'delete',
  does: (repository) => `deletes v1.0.0 of ${repository}`,
  run: (context, ecr, where) => attempt(
    ecr.send(new BatchDeleteImageCommand({ ...where(context), imageIds: [{ imageDigest: IMAGES.release.digest }] }))
      .then(({ failures = [] }) => {
        if (failures.length > 0) throw new Error(failures[0].failureReason);
      })),
};

const openToAll: Deed = {
  name: 'change the policy',
  id: 'policy',
  does: (repository) => `opens ${repository} to everybody`,
  run: async (context, ecr, where) => {
    const root = context.aws.client(ECRClient);
    const { policyText } = await root.send(new GetRepositoryPolicyCommand(where(context)));
    const everybody = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:*' }] });
    const seen = await attempt(ecr.send(new SetRepositoryPolicyCommand({ ...where(context), policyText: everybody })));
    await root.send(new SetRepositoryPolicyCommand({ ...where(context), policyText })); // in case it went through
    return seen;
  },
};

/** In the order in which one person tries them: whoever may delete the release needs it no more. */
export const DEEDS = [logIn, readMetadata, pullRelease, pushOwn, openToAll, deleteRelease];

export const tagOf = (name: string) => `by-${slug(name)}`;
export const slug = (name: string) => name.toLowerCase().replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '');
