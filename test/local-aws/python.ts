import { join } from 'node:path';
import { type PythonEnvironmentOptions, pythonEnvironment } from '../support/python-environment';

/** The Python that has what the launcher needs; of cfn-lint it has the schemas, not what only the rules need. */
export async function ensurePython(options: Pick<PythonEnvironmentOptions, 'log' | 'signal'> = {}): Promise<string> {
  return pythonEnvironment({ ...options, name: 'local-aws', requirements: join(__dirname, 'launcher', 'requirements.txt') });
}
