/**
 * Writes `lib/index.js` anew, after jsii: the same names, but each module is loaded when something of it is first asked
 * for. Who makes a repository does not load the gate. CDK's own index is such a one.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Assembly {
  readonly types: Record<string, { readonly kind: 'class' | 'enum' | 'interface'; readonly name: string; readonly symbolId: string }>;
}

/** What there is of it at run time; interfaces are only in `index.d.ts`. */
function exported({ types }: Assembly): Array<{ readonly name: string; readonly module: string }> {
  return Object.values(types).filter(({ kind }) => kind !== 'interface').map(
    ({ name, symbolId }) => ({ name, module: symbolId.replace(/^src\/(.*):.*$/, './$1') }),
  );
}

const all = exported(JSON.parse(readFileSync('.jsii', 'utf8')));
writeFileSync('lib/index.js', [
  '"use strict";',
  'Object.defineProperty(exports, "__esModule", { value: true });',
  // Node.js reads the names from this line when an ES module imports them.
  `${all.map(({ name }) => `exports.${name} = `).join('')}void 0;`,
  'const lazily = (name, get) => Object.defineProperty(exports, name, { enumerable: true, get });',
  ...all.map(({ name, module }) => `lazily("${name}", () => require("${module}").${name});`),
  '',
].join('\n'));
