import { Aws, type Stack, Token } from 'aws-cdk-lib';

/** The condition that a key is used by way of one of these services of the Region only. */
export function viaService({ region }: Stack, ...services: string[]): Record<string, Record<string, string[]>> {
  // Whether the China Regions write .cn here is documented nowhere, so both forms are let in there.
  const inChina = Token.isUnresolved(region) || region.startsWith('cn-');
  const suffixes = inChina ? ['amazonaws.com', Aws.URL_SUFFIX] : ['amazonaws.com'];
  return { StringEquals: { 'kms:ViaService': services.flatMap((service) => suffixes.map((suffix) => `${service}.${region}.${suffix}`)) } };
}
