import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Credentials, LocalAws } from './index';

/** Takes a role by a web identity token with these claims. The local AWS checks the claims, not the signature. */
export async function assumeRoleWithWebIdentity(
  aws: LocalAws, roleArn: string, claims: object, sessionName = 'test',
): Promise<Credentials> {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { Credentials: assumed } = await aws.client(STSClient).send(new AssumeRoleWithWebIdentityCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: [part({ alg: 'RS256', typ: 'JWT', kid: 'k' }), part({ iat: now, nbf: now, exp: now + 300, ...claims }), 'c2lnbmF0dXJl'].join('.'),
  }));
  return { accessKeyId: assumed!.AccessKeyId!, secretAccessKey: assumed!.SecretAccessKey!, sessionToken: assumed!.SessionToken };
}
