import { Logger } from '@aws-lambda-powertools/logger';

/** What every handler logs with: a line of JSON each, from the level that its function is set to. */
export const logger = new Logger({ serviceName: 'cdk-secure-ecr' });
