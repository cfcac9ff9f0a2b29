import { cpSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { temporaryFolder } from './temporary-folder';
import { ROOT, succeed } from './tools';

/** What AWS's engine says of an event: the names of the patterns that match it, one by one and all in one machine. */
export interface EngineVerdict {
  readonly alone: string[];
  readonly together: string[];
}

type Engine = (patterns: Record<string, object>, events: object[]) => Promise<EngineVerdict[]>;

/** The engine of EventBridge, which needs Java and Maven; ready when the tests of the file begin. */
export function eventEngine(): Engine {
  const folder = temporaryFolder();
  beforeAll(async () => {
    cpSync(join(ROOT, 'test', 'support', 'event-ruler'), folder, { recursive: true });
    await succeed('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=jars'], { cwd: folder });
  }, 240_000);
  return async (patterns, events) => {
    const classpath = ['.', join('jars', '*')].join(delimiter);
    return JSON.parse(await succeed('java', ['-cp', classpath, 'Judge.java'], { cwd: folder, input: JSON.stringify({ patterns, events }) }));
  };
}
