import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Language, localCommand, localFile } from './languages';
import { ROOT, succeed } from '../support/tools';

/** A step of a page: commands, or a file with its content. */
export interface Step {
  /** @default - commands for a shell */
  readonly file?: string;
  readonly text: string;
}

/**
 * The steps of a page, in their order: a block of `sh` is commands, any other block is the file whose name stands in the
 * line before it.
 */
export function stepsOf(markdown: string): Step[] {
  const blocks = [...markdown.matchAll(/(?:^`(?<file>[\w./-]+)`:\n\n)?^```(?<language>\w+).*\n(?<text>[^]*?)^```$/gm)];
  return blocks.map(({ groups, 0: block }) => {
    const { file, language, text } = groups!;
    if ((language === 'sh') === (file !== undefined)) throw new Error(`neither commands nor a file with its name:\n${block}`);
    return { file, text };
  });
}

/** Does what a page says, in a folder of its own and with what is packed here; there is no source of the library. */
export async function follow(language: Language, steps: Step[], folder: string): Promise<void> {
  const commands = steps.map(({ file, text }, i) => {
    if (file === undefined) return text.split('\n').map((command) => localCommand(language, command)).join('\n');
    const content = join(folder, '..', `${i}`);
    mkdirSync(dirname(content), { recursive: true });
    writeFileSync(content, localFile(language, file, text));
    return `mv '${content}' '${file}'\n`;
  });
  await succeed('bash', ['-e', '-c', commands.join('')], {
    cwd: folder,
    env: {
      // Of what the project has installed, Node alone.
      PATH: `${join(ROOT, 'node_modules', 'node', 'bin')}:${process.env.PATH}`,
      npm_config_yes: 'true', // to downloading the CDK's command
      CDK_NOTICES: 'false',
      // It names the runtime of the language, which is the one difference.
      CDK_VERSION_REPORTING: 'false',
      ...language.env?.(),
    },
    timeout: 1_200_000,
  });
}

/** The page that begins a project in a language. */
export function gettingStarted({ name }: Language): string {
  return readFileSync(join(ROOT, 'docs', 'getting-started', `${name}.md`), 'utf8');
}
