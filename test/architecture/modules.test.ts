import { existsSync, readFileSync, readdirSync, statSync } from 'fs';
import { dirname, join, relative, resolve, sep } from 'path';
import { preProcessFile } from 'typescript';
import { HANDLER_FILES, MODULES, PURE, mayImport, modulesTable, restrictedZones } from '../../projenrc/modules';

const ROOT = join(__dirname, '..', '..');
const SRC = join(ROOT, 'src');
const byName = new Map(MODULES.map((module) => [module.name, module]));

function sources(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name)).flatMap(
    (path) => statSync(path).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [],
  );
}

const inModules = sources(SRC).filter((path) => dirname(path) !== SRC);
const moduleOf = (path: string) => relative(SRC, path).split(sep)[0];

test('every folder of src is a module of the table', () => {
  for (const path of inModules) expect(byName.has(moduleOf(path))).toBe(true);
});

test.each(inModules.map((path) => relative(ROOT, path)))('%s imports only what its module may', (file) => {
  const path = join(ROOT, file);
  const from = byName.get(moduleOf(path))!;
  for (const { fileName } of preProcessFile(readFileSync(path, 'utf8')).importedFiles) {
    if (!fileName.startsWith('.')) {
      const runsInAws = from.inAws || /\.lambda\.ts$|(contract|decide)\.ts$/.test(file) || PURE.some((folder) => file.startsWith(join('src', folder)));
      if (runsInAws) expect(fileName).not.toMatch(/^(aws-cdk-lib|constructs)/);
      continue;
    }
    const target = resolve(dirname(path), fileName);
    expect(target.startsWith(SRC)).toBe(true);
    const [to, ...rest] = relative(SRC, target).split(sep);
    expect({ file, imports: fileName, allowed: mayImport(from, byName.get(to)!, rest.join('/'), from.inAws || HANDLER_FILES.test(file)) })
      .toEqual({ file, imports: fileName, allowed: true });
  }
});

test('the table names only modules that come before', () => {
  MODULES.forEach((module, index) => {
    const before = MODULES.slice(0, index).map(({ name }) => name);
    for (const name of module.may) expect(before).toContain(name.split('/')[0]);
  });
});

test('the linter knows a zone for each pair that must stay apart', () => {
  const eslint = JSON.parse(readFileSync(join(ROOT, '.eslintrc.json'), 'utf8').replace(/^\/\/.*$/m, ''));
  expect(eslint.rules['import/no-restricted-paths']).toEqual(['error', { zones: restrictedZones() }]);
  expect(eslint.overrides).toContainEqual(
    { files: ['src/**/*.lambda.ts'], rules: { 'import/no-restricted-paths': ['error', { zones: restrictedZones(true) }] } },
  );
  expect(restrictedZones()).toContainEqual(expect.objectContaining({ target: './src/access', from: './src/repository' }));
  expect(restrictedZones()).toContainEqual(expect.objectContaining({ target: './src/audit', from: './src/handler' }));
  expect(restrictedZones(true)).not.toContainEqual(expect.objectContaining({ target: './src/audit', from: './src/handler' }));
  expect(restrictedZones(true)).toContainEqual(expect.objectContaining({ target: './src/audit', from: './src/private' }));
  expect(restrictedZones()).toContainEqual(expect.objectContaining({
    target: './src/verification', from: './src/inspector', except: ['./contract.ts'],
  }));
});

test('ARCHITECTURE.md shows the table', () => {
  expect(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')).toContain(modulesTable().join('\n'));
});

test('what index.ts exports are modules that exist, in the order of the table', () => {
  const exported = [...readFileSync(join(SRC, 'index.ts'), 'utf8').matchAll(/from '\.\/(.*)'/g)].map(([, name]) => name);
  for (const name of exported) expect(existsSync(join(SRC, name, 'index.ts'))).toBe(true);
  expect(exported).toEqual(MODULES.map(({ name }) => name).filter((name) => exported.includes(name)));
});

test('source files are short enough to read in one sitting', () => {
  const long = sources(SRC).map((path) => [relative(ROOT, path), readFileSync(path, 'utf8').split('\n').length] as const)
    .filter(([, lines]) => lines > 350);
  expect(long).toEqual([]);
});
