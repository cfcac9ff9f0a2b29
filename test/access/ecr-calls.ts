import type { Agent } from 'node:https';
import { ECRClient, ListImagesCommand } from '@aws-sdk/client-ecr';
import type { Credentials, LocalAws } from '../local-aws';

/** A call of ECR by name, also of what the SDK has no command for. Gives the name of the error, or 'done'. */
export class EcrCalls {
  private readonly ecr: ECRClient;

  /** @param credentials - nothing signs nothing */
  constructor(aws: LocalAws, credentials?: Credentials, through?: { readonly agent: Agent }) {
    this.ecr = aws.client(ECRClient, credentials, through);
    if (!credentials) {
      this.ecr.middlewareStack.add((next) => async (args) => {
        delete (args.request as { headers: Record<string, string> }).headers.authorization;
        return next(args);
      }, { step: 'finalizeRequest', priority: 'low' });
    }
  }

  async call(operation: string, members: object): Promise<string> {
    const command = new ListImagesCommand({ repositoryName: 'any' });
    command.middlewareStack.add((next) => async (args) => {
      const request = args.request as { headers: Record<string, string>; body: string };
      request.headers['x-amz-target'] = `AmazonEC2ContainerRegistry_V20150921.${operation}`;
      request.body = JSON.stringify(members);
      return next(args);
    }, { step: 'build', priority: 'high' });
    return this.ecr.send(command).then(() => 'done', ({ name }) => name);
  }
}
