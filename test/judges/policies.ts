import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { deployed } from '../support/simulate';

/** A policy of a template, as it is after deployment. */
export interface JudgedPolicy {
  /** Template and logical id. */
  readonly name: string;
  /** The property that holds it. */
  readonly property: string;
  readonly document: { readonly Version?: string; readonly Statement: Record<string, unknown>[] };
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

const HERE = 'eu-west-1:111111111111';

/** ARNs by type, of what policies name. */
const ARNS: Record<string, (id: string) => string> = {
  'AWS::CloudTrail::Trail': (id) => `arn:aws:cloudtrail:${HERE}:trail/${id}`,
  'AWS::DynamoDB::GlobalTable': (id) => `arn:aws:dynamodb:${HERE}:table/${id}`,
  'AWS::DynamoDB::Table': (id) => `arn:aws:dynamodb:${HERE}:table/${id}`,
  'AWS::ECR::Repository': (id) => `arn:aws:ecr:${HERE}:repository/${id.toLowerCase()}`,
  'AWS::Events::EventBus': (id) => `arn:aws:events:${HERE}:event-bus/${id}`,
  'AWS::Events::Rule': (id) => `arn:aws:events:${HERE}:rule/${id}`,
  'AWS::IAM::Group': (id) => `arn:aws:iam::111111111111:group/${id}`,
  'AWS::IAM::OIDCProvider': () => 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com',
  'AWS::IAM::Role': (id) => `arn:aws:iam::111111111111:role/${id}`,
  'AWS::IAM::User': (id) => `arn:aws:iam::111111111111:user/${id}`,
  'AWS::KMS::Key': () => `arn:aws:kms:${HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
  'AWS::Lambda::Function': (id) => `arn:aws:lambda:${HERE}:function:${id}`,
  'AWS::Logs::LogGroup': (id) => `arn:aws:logs:${HERE}:log-group:${id}:*`,
  'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id.toLowerCase()}`,
  'AWS::SNS::Topic': (id) => `arn:aws:sns:${HERE}:${id}`,
  'AWS::SQS::Queue': (id) => `arn:aws:sqs:${HERE}:${id}`,
};

/** Whose policies name no resource, being about what has them; the judges insist on one. */
const ABOUT_ITSELF = ['RepositoryPolicyText', 'AssumeRolePolicyDocument'];

/** Every policy of a template, wherever in a resource it is. */
export function policiesOf(file: string): JudgedPolicy[] {
  const resources: Record<string, Resource> = JSON.parse(readFileSync(file, 'utf8')).Resources ?? {};
  const values = Object.fromEntries(Object.entries(resources).flatMap(([id, { Type }]) => {
    const arn = ARNS[Type]?.(id);
    return arn ? [[`${id}.Arn`, arn], [id, Type === 'AWS::SNS::Topic' || Type === 'AWS::IAM::OIDCProvider' ? arn : id]] : [];
  }));
  return Object.entries(resources).flatMap(([id, { Properties }]) => documentsIn(Properties).map(([property, document]) => {
    const { Statement, ...others } = deployed(document, values);
    const about = (statement: Record<string, unknown>) => ABOUT_ITSELF.includes(property)
      ? { ...statement, Resource: values[`${id}.Arn`] } : statement;
    return { name: `${basename(file, '.template.json')} ${id}`, property, document: { ...others, Statement: Statement.map(about) } };
  }));
}

type Document = JudgedPolicy['document'];

/** Policies with the outermost property that they are in. */
function documentsIn(properties: unknown): [string, Document][] {
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).flatMap(([property, value]) => {
    const found = value?.Statement ? [value as Document] : documentsIn(value).map(([, document]) => document);
    return found.map((document): [string, Document] => [property, document]);
  });
}
