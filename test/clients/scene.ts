import { writeFileSync } from 'node:fs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { Person, buildClients } from './clients';
import { type Credentials, LocalAws, makeImage, type Network, push } from '../local-aws';
import { Actors, ECR, type RoleOptions } from '../local-aws/actors';
import type { Outcome } from '../support/tools';

export const RELEASE = makeImage({ version: '1.0.0' });

/** A local AWS, and people at their terminals. */
export class Scene {
  static async open(start: () => Promise<LocalAws> = () => LocalAws.start()): Promise<Scene> {
    await buildClients();
    const aws = await start();
    return new Scene(aws, await aws.network());
  }

  readonly actors: Actors;
  private readonly people: Person[] = [];
  private names = 0;

  private constructor(readonly aws: LocalAws, private readonly network: Network) {
    this.actors = new Actors(aws);
  }

  async close(): Promise<void> {
    this.people.forEach((person) => person.leave());
    await this.aws.stop();
  }

  unique(): string {
    return `n${(this.names += 1)}`;
  }

  ref(repository: string, suffix = ':v1', account?: string): string {
    return `${this.aws.registryHost(account)}/${repository}${suffix}`;
  }

  /** A repository of ours that holds the release. */
  async repository(policy?: object[], mutability?: 'IMMUTABLE'): Promise<string> {
    const made = await this.actors.repository(`team/${this.unique()}`, { mutability });
    await push(this.aws.client(ECRClient), made, RELEASE, 'v1');
    if (policy) await this.actors.setPolicy(made.repositoryName, policy);
    return made.repositoryName;
  }

  /** The statements by which a role may do this in a repository of ours. */
  allow(actions: string[], repository: string): object[] {
    return actions.length ? [{ Effect: 'Allow', Action: actions, Resource: this.actors.arnOf(repository) }] : [];
  }

  /** Somebody in a role that may do just this, not logged in. */
  async stranger(statements: object[] = [], options: RoleOptions & { readonly name?: string } = {}): Promise<Person> {
    return this.as(await this.actors.session(options.name ?? this.unique(), statements, options));
  }

  /** Whose credentials these are, not logged in. */
  as(credentials: Credentials, network = this.network): Person {
    this.people.push(new Person(this.aws, network, credentials));
    return this.people.at(-1)!;
  }

  /** Somebody in a role that may log in, and this; logged in to our registry and to that of the role's account. */
  async person(statements: object[], options: RoleOptions & { readonly name?: string } = {}): Promise<Person> {
    const person = await this.stranger([ECR.login, ...statements], options);
    return person.login(this.aws.account, options.account ?? this.aws.account);
  }
}

/** What became of it, in a word: done, or what was not allowed. Whatever is no refusal is an error of the test. */
export async function told(outcome: Promise<Outcome>): Promise<string> {
  const { code, stderr } = await outcome;
  if (code === 0) return 'done';
  const action = /denied: User: .*is not authorized to perform: (ecr:\w+)/i.exec(stderr)?.[1];
  if (action) return action;
  // The answer to a HEAD has no body that could say more.
  if (/HEAD .*403 ?:? Forbidden/.test(stderr)) return '403';
  throw new Error(stderr);
}

/** What people try. */
export class Deeds {
  constructor(private readonly scene: Scene) {}

  manifest(who: Person, where: string): Promise<Outcome> {
    return who.crane('manifest', this.scene.ref(where));
  }

  pull(who: Person, where: string): Promise<Outcome> {
    return who.crane('pull', '--format=oci', this.scene.ref(where), who.path(this.scene.unique()));
  }

  push(who: Person, where: string, version = 'v2'): Promise<Outcome> {
    return who.crane('push', who.layout(makeImage({ version })), this.scene.ref(where, `:${version}`));
  }

  list(who: Person, where: string): Promise<Outcome> {
    return who.crane('ls', this.scene.ref(where, ''));
  }

  delete(who: Person, where: string): Promise<Outcome> {
    return who.crane('delete', this.scene.ref(where));
  }

  attach(who: Person, where: string, type = 'application/vnd.example.sbom'): Promise<Outcome> {
    writeFileSync(who.path('file'), type);
    return who.oras('attach', this.scene.ref(where), 'file:text/plain', '--artifact-type', type);
  }

  discover(who: Person, where: string): Promise<Outcome> {
    return who.oras('discover', this.scene.ref(where));
  }
}
