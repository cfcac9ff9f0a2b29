import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly, ClassType, Docs, EnumType, InterfaceType, Method, Property } from '@jsii/spec';
import { ROOT, npmBin, run } from '../support/tools';

/** The languages that jsii-pacmak writes source in, and how it ends. */
export const SOURCES = { python: '.py', java: '.java', go: '.go', dotnet: '.cs' };
export type Target = keyof typeof SOURCES;
export const TARGETS = Object.keys(SOURCES) as Target[];

/** What jsii-pacmak wrote of the library as it is compiled now. */
export interface Generated {
  readonly folder: string;
  /** All sources of a language, as one text. */
  readonly source: Record<Target, string>;
  /** What it had to say. */
  readonly said: string;
}

/** Writes the source of every language into a folder. Takes neither a compiler of theirs nor a registry. */
export async function generate(folder: string): Promise<Generated> {
  const { code, stdout, stderr } = await run(npmBin('jsii-pacmak'), [
    ...TARGETS.flatMap((target) => ['--target', target]), '--code-only', '--no-npmignore', '--outdir', folder, ROOT,
  ]);
  if (code !== 0) throw new Error(stdout + stderr);
  const source = Object.fromEntries(TARGETS.map((target) => [target, textOf(join(folder, target), SOURCES[target])]));
  return { folder, source: source as Record<Target, string>, said: stdout + stderr };
}

function textOf(folder: string, extension: string): string {
  const names = readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith(extension)).sort();
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** Something of the API that has a name and a docstring. */
export interface Named {
  readonly name: string;
  /** Where it is, for messages. */
  readonly path: string;
  readonly docs: Docs;
  readonly static?: boolean;
  readonly parameters: string[];
}

/** Everything in the API of the library: types, their members, and the parameters of those. */
export function api(): { readonly types: Named[]; readonly members: Named[] } {
  const { types }: Assembly = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));
  const all = Object.values(types!) as Array<ClassType & InterfaceType & EnumType>;
  return {
    types: all.map(({ name, fqn, docs = {}, initializer }) => ({ name, path: fqn, docs, parameters: parametersOf(initializer) })),
    members: all.flatMap(({ fqn, properties = [], methods = [], members = [] }) =>
      [...properties, ...methods, ...members].map((member: Partial<Property & Method> & { readonly name: string }) => ({
        name: member.name, path: `${fqn}.${member.name}`, docs: member.docs ?? {}, static: member.static, parameters: parametersOf(member),
      }))),
  };
}

function parametersOf(callable?: Pick<Method, 'parameters'>): string[] {
  return callable?.parameters?.map(({ name }) => name) ?? [];
}
