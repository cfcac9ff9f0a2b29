import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpile } from 'typescript';
import { fiveMinutes } from './readme';
import { pythonEnvironment } from '../support/python-environment';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, linkPackages, npmBin, succeed } from '../support/tools';

jest.setTimeout(300_000);

const folder = temporaryFolder();

/** The templates of an app, by file name. */
function templates(outdir: string): Record<string, object> {
  const names = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  return Object.fromEntries(names.map((name) => [name, JSON.parse(readFileSync(join(outdir, name), 'utf8'))]));
}

async function synthesizeTypeScript(): Promise<Record<string, object>> {
  const [app, outdir] = [join(folder, 'typescript', 'app.js'), join(folder, 'typescript', 'cdk.out')];
  const packages = join(folder, 'typescript', 'node_modules');
  mkdirSync(packages, { recursive: true });
  symlinkSync(ROOT, join(packages, 'cdk-secure-ecr'), 'dir');
  for (const name of ['aws-cdk-lib', 'constructs']) symlinkSync(join(ROOT, 'node_modules', name), join(packages, name), 'dir');
  writeFileSync(app, transpile(fiveMinutes('ts'), { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 }));
  await succeed(process.execPath, [app], { cwd: folder, env: { CDK_OUTDIR: outdir } });
  return templates(outdir);
}

/** The folder with the installed wheel of the library, as it is compiled now. */
async function installWheel(python: string): Promise<string> {
  const [project, sources, wheels, site] = ['project', 'sources', 'wheels', 'site'].map((name) => join(folder, 'python', name));
  mkdirSync(project, { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE', 'API.md', '.jsii', 'lib']) {
    cpSync(join(ROOT, name), join(project, name), { recursive: true });
  }
  linkPackages(project);
  await succeed(npmBin('jsii-pacmak'), ['--target', 'python', '--code-only', '--no-npmignore', '--outdir', sources, project]);
  const pip = ['-m', 'pip', '--no-input', '--disable-pip-version-check'];
  const local = ['--quiet', '--no-deps', '--no-index'];
  await succeed(python, [...pip, 'wheel', ...local, '--no-build-isolation', '--wheel-dir', wheels, join(sources, 'python')]);
  const [wheel] = readdirSync(wheels);
  await succeed(python, [...pip, 'install', ...local, '--no-compile', '--target', site, join(wheels, wheel)]);
  // What the wheel asks for is what the environment has.
  await succeed(python, [...pip, 'check'], { env: { PYTHONPATH: site } });
  return site;
}

async function synthesizePython(): Promise<Record<string, object>> {
  const python = await pythonEnvironment({ name: 'python-app', requirements: join(__dirname, 'python', 'requirements.txt') });
  const site = await installWheel(python);
  const [app, outdir] = [join(folder, 'python', 'app.py'), join(folder, 'python', 'cdk.out')];
  writeFileSync(app, fiveMinutes('py'));
  await succeed(python, [app], { cwd: folder, env: { CDK_OUTDIR: outdir, PYTHONPATH: site } });
  return templates(outdir);
}

test('the example of the README in Python, with the packed wheel, gives the template of the one in TypeScript', async () => {
  const [typescript, python] = await Promise.all([synthesizeTypeScript(), synthesizePython()]);
  expect(Object.keys(typescript)).toEqual(['Shop.template.json']);
  expect(python).toEqual(typescript);
});
