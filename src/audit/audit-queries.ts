import { Stack, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const WHO = ['@timestamp', 'userIdentity.type as type', 'coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.accountId) as who', 'userIdentity.principalId as session'];

/** Questions that somebody has who was told of a signal; what to fill in is in capitals. */
const QUERIES: Record<string, logs.QueryStringProps> = {
  'who pushed this digest': {
    fields: [...WHO, 'requestParameters.repositoryName as repository', 'requestParameters.imageTag as tag', 'responseElements.image.imageId.imageDigest as digest', 'errorCode'],
    filterStatements: ['eventSource = "ecr.amazonaws.com"', 'eventName = "PutImage"', 'responseElements.image.imageId.imageDigest = "sha256:DIGEST"'],
    sort: '@timestamp asc',
    limit: 100,
  },
  'who pulled it': {
    fields: [...WHO, 'requestParameters.repositoryName as repository', 'requestParameters.imageIds.0.imageTag as tag', 'requestParameters.imageIds.0.imageDigest as digest', 'errorCode'],
    filterStatements: ['eventSource = "ecr.amazonaws.com"', 'eventName = "BatchGetImage"', 'requestParameters.repositoryName = "REPOSITORY"', '@message like "TAG OR DIGEST"'],
    sort: '@timestamp desc',
    limit: 1000,
  },
  'what did this role do': {
    fields: [...WHO, 'eventSource', 'eventName', 'requestParameters.repositoryName as repository', 'errorCode', 'awsRegion'],
    filterStatements: ['userIdentity.sessionContext.sessionIssuer.userName = "ROLE"'],
    sort: '@timestamp asc',
    limit: 1000,
  },
};

/** The questions as saved queries of CloudWatch Logs Insights, which charges 0.005 USD for each GB that one scans. */
export function saveQueries(scope: Construct, logGroup: logs.ILogGroup): logs.QueryDefinition[] {
  return Object.entries(QUERIES).map(([question, query]) => new logs.QueryDefinition(scope, `Query ${question}`.replace(/ (\w)/g, (_, letter) => letter.toUpperCase()), {
    queryDefinitionName: `ECR audit/${Stack.of(scope).stackName}/${scope.node.id}/${question}`,
    queryString: new logs.QueryString(query),
    logGroups: [logGroup],
  }));
}
