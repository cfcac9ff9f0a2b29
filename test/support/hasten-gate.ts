import {
  LambdaClient, ListFunctionsCommand, UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SQSClient, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../local-aws';

/** As in `contract.ts`, requests wait for longer than the window in which they are joined. */
const WINDOW_SECONDS = '0.5';
const DELAY_SECONDS = '1';

/**
 * Lets time pass faster for the gates of a local AWS, after they were deployed as they are: what has half a minute to come
 * together in AWS, where events of one push come one after the other and clocks differ, has a second here.
 */
export async function hastenGates(aws: LocalAws): Promise<void> {
  const [lambda, sqs] = [aws.client(LambdaClient), aws.client(SQSClient)];
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const ofGates = Functions.filter(({ Environment }) => Environment?.Variables?.WINDOW_SECONDS !== undefined);
  await Promise.all(ofGates.map(async ({ FunctionName, Environment }) => {
    const Variables = { ...Environment!.Variables, WINDOW_SECONDS };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  }));
  const queues = new Set(ofGates.map(({ Environment }) => Environment!.Variables!.REQUESTS));
  await Promise.all([...queues].map((QueueUrl) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: DELAY_SECONDS } }))));
}
