import type { Context } from 'aws-lambda';

/** What Lambda tells a function of the invocation. */
export const CONTEXT = {
  awsRequestId: '0a1b2c3d-0000-4000-8000-000000000000',
  functionName: 'handler',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:handler',
  memoryLimitInMB: '256',
} as Context;
