import { join } from 'node:path';
import * as source from '../../src';
import { ROOT, succeed } from '../support/tools';

/** What is shipped, in a process that has loaded nothing of it. */
async function node(script: string, ...flags: string[]): Promise<any> {
  return JSON.parse(await succeed('node', [...flags, '-e', script], { cwd: ROOT }));
}

const LOADED = "Object.keys(require.cache).filter((file) => file.startsWith(require('path').resolve('lib') + '/')).map((file) => require('path').relative('lib', file))";

test('what ships exports what the source does', async () => {
  expect((await node("console.log(JSON.stringify(Object.keys(require('./lib'))))")).sort()).toEqual(Object.keys(source).sort());
});

test('each name is there, under its name, whichever is asked for first', async () => {
  const wrong = await node(`
    const names = Object.keys(require('./lib'));
    const forget = () => { for (const file of ${LOADED}) delete require.cache[require('path').resolve('lib', file)]; };
    const fits = (name, value) => typeof value === 'function' ? value.name === name : typeof value === 'object';
    console.log(JSON.stringify(names.filter((name) => { forget(); return !fits(name, require('./lib')[name]); })));
  `);
  expect(wrong).toEqual([]);
});

test('each name can be imported by an ES module', async () => {
  const names = Object.keys(source);
  const script = `import { ${names.join(', ')} } from '${join(ROOT, 'lib', 'index.js')}'; console.log(JSON.stringify([${names.join(', ')}].length))`;
  expect(await node(script, '--input-type=module')).toBe(names.length);
});

test('only what is asked for is loaded', async () => {
  expect(await node(`require('./lib'); console.log(JSON.stringify(${LOADED}))`)).toEqual(['index.js']);
  const loaded: string[] = await node(`require('./lib').SecureEcrRepository; console.log(JSON.stringify(${LOADED}))`);
  expect([...new Set(loaded.map((file) => file.split('/')[0]))].sort()).toEqual(['access', 'index.js', 'private', 'repository']);
});
