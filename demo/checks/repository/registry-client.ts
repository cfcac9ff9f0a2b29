import { type ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import type { OciImage } from '../../../test/local-aws';
import type { HttpRequest } from '../../../test/local-aws/http';
import type { Seen } from '../check';
import type { CheckContext } from '../context';

/**
 * The registry protocol as docker, buildx and crane speak it, request for request: what the API's PutImage is granted
 * says little about a client that asks for a manifest first.
 */
export class RegistryClient {
  /** With the token of whoever the client of the API is. */
  static async of({ aws }: CheckContext, ecr: ECRClient, repository: string): Promise<RegistryClient> {
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const authorization = `Basic ${authorizationData![0].authorizationToken}`;
    return new RegistryClient(async (method, path, { headers, body } = {}) => {
      const url = path.startsWith('/') ? `${aws.endpoint}${path}` : `${aws.endpoint}/v2/${repository}/${path}`;
      return aws.request(url, { method, body, headers: { ...headers, authorization } });
    });
  }

  private constructor(
    private readonly send: (method: string, path: string, request?: HttpRequest) => ReturnType<CheckContext['aws']['request']>,
  ) {}

  /** Gives the digest that the registry names in the end, and the status of each step. */
  async push(image: OciImage, tag: string): Promise<{ digest: string | undefined; steps: string[] }> {
    const steps: string[] = [];
    const accept = { accept: image.mediaType };
    const blobs = [...image.layers, image.config];
    const step = (name: string, statuses: number[]) => steps.push(`${name} ${[...new Set(statuses)].join(' and ')}`);

    step('manifest absent', [(await this.send('HEAD', `manifests/${tag}`, { headers: accept })).status]);
    step('layers absent', await each(blobs, async ({ digest }) => (await this.send('HEAD', `blobs/${digest}`)).status));
    step('uploaded', await each(blobs, ({ digest, content }) => this.upload(digest, content)));
    const put = await this.send('PUT', `manifests/${tag}`, { body: image.manifest, headers: { 'content-type': image.mediaType } });
    step('manifest put', [put.status]);
    const head = await this.send('HEAD', `manifests/${tag}`, { headers: accept });
    step('manifest there', [head.status]);
    return { digest: head.headers['docker-content-digest']?.toString(), steps };
  }

  /** Downloads a layer, if it may. */
  async download(digest: string): Promise<Seen> {
    const { status, body } = await this.send('GET', `blobs/${digest}`);
    if (status === 200) return { answer: 'allowed', detail: `${body.length} bytes` };
    const [{ code, message }] = (JSON.parse(body.toString()) as { errors: { code: string; message: string }[] }).errors;
    const action = /ecr:\w+/.exec(message)?.[0];
    return { answer: `refused: ${status} ${code}${action ? ` (${action})` : ''}`, detail: message };
  }

  /** In a part and an end without one, as docker does. */
  private async upload(digest: string, content: Buffer): Promise<number> {
    const started = await this.send('POST', 'blobs/uploads/');
    if (started.status !== 202) return started.status;
    const headers = { 'content-type': 'application/octet-stream' };
    const sent = await this.send('PATCH', started.headers.location!, { body: content, headers });
    if (sent.status !== 202) return sent.status;
    return (await this.send('PUT', `${sent.headers.location ?? started.headers.location}?digest=${digest}`)).status;
  }
}

/** One after the other, as the log of a registry shows them. */
async function each<T>(all: T[], request: (one: T) => Promise<number>): Promise<number[]> {
  const statuses: number[] = [];
  for (const one of all) statuses.push(await request(one));
  return statuses;
}
