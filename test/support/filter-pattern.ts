/**
 * Filter patterns of CloudWatch Logs for JSON, as the page below describes them, its limits included. What no emulator
 * has; `filter-pattern.test.ts` holds it against every example of that page.
 *
 * Decided, because the page does not say: a comparison with a field that is missing, or that is an object, a list or
 * null, is false, `!=` too.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
const MAX_CHARACTERS = 1024;
const MAX_WILDCARD_SELECTORS = 3;
const MAX_REGEX = 2;
const OPERATORS = ['=', '!=', '>', '<', '>=', '<='];

type Test = (record: unknown) => boolean;

/** Whether a log event matches a filter pattern; a pattern that the service refuses is an error. */
export function matchesFilter(pattern: string, record: unknown): boolean {
  return new Parser(pattern).test(record);
}

const TOKEN = /\s*(?:(&&|\|\||!=|>=|<=|[{}()=<>])|"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|(\$(?:\.?(?:[\w-]+|\*)|\.?\[[^\]]*\])+)|([^\s(){}=<>!&|"%]+))/y;

interface Token {
  readonly kind: 'symbol' | 'string' | 'regex' | 'selector' | 'word';
  readonly text: string;
}

class Parser {
  readonly test: Test;
  private readonly tokens: Token[];
  private at = 0;

  constructor(private readonly pattern: string) {
    if (pattern.length > MAX_CHARACTERS) this.fail(`has ${pattern.length} characters`);
    this.tokens = this.tokenize();
    this.expect('{');
    this.test = this.or();
    this.expect('}');
    if (this.at < this.tokens.length) this.fail('goes on after }');
    const selectors = this.tokens.filter(({ kind }) => kind === 'selector').map(({ text }) => (text.match(/\*/g) ?? []).length);
    if (selectors.some((count) => count > 1)) this.fail('has two wildcards in a selector');
    if (selectors.reduce((sum, count) => sum + count, 0) > MAX_WILDCARD_SELECTORS) this.fail('has too many wildcard selectors');
    if (this.tokens.filter(({ kind }) => kind === 'regex').length > MAX_REGEX) this.fail('has too many regular expressions');
  }

  private tokenize(): Token[] {
    const tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < this.pattern.trimEnd().length) {
      const start = TOKEN.lastIndex;
      const match = TOKEN.exec(this.pattern);
      if (!match) this.fail(`cannot be read at ${this.pattern.slice(start)}`);
      const [, symbol, string, regex, selector, word] = match!;
      if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
      else if (string !== undefined) tokens.push({ kind: 'string', text: string.replace(/\\(.)/g, '$1') });
      else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex });
      else if (selector !== undefined) tokens.push({ kind: 'selector', text: selector });
      else tokens.push({ kind: 'word', text: word });
    }
    return tokens;
  }

  /** The order of operations: () before && before ||. */
  private or(): Test {
    const tests = [this.and()];
    while (this.accept('||')) tests.push(this.and());
    return (record) => tests.some((test) => test(record));
  }

  private and(): Test {
    const tests = [this.term()];
    while (this.accept('&&')) tests.push(this.term());
    return (record) => tests.every((test) => test(record));
  }

  private term(): Test {
    if (!this.accept('(')) return this.comparison();
    const test = this.or();
    this.expect(')');
    return test;
  }

  private comparison(): Test {
    const selector = this.next();
    if (selector.kind !== 'selector') this.fail(`has ${selector.text} where a selector belongs`);
    const values = (record: unknown) => select(record, selector.text);
    const { text: operator } = this.next();
    if (operator === 'NOT') {
      this.word('EXISTS');
      return (record) => values(record).length === 0;
    }
    if (operator === 'IS') {
      const { text } = this.next();
      const constants: Record<string, unknown> = { NULL: null, TRUE: true, FALSE: false };
      if (!(text in constants)) this.fail(`has IS ${text}`);
      return (record) => values(record).some((value) => value === constants[text]);
    }
    if (!OPERATORS.includes(operator)) this.fail(`has the operator ${operator}`);
    const wanted = this.next();
    return (record) => values(record).filter(isScalar).some((value) => this.compare(value, operator, wanted));
  }

  private compare(value: string | number, operator: string, { kind, text }: Token): boolean {
    const equal = () => {
      if (kind === 'regex') return new RegExp(text).test(String(value));
      if (kind === 'word' && isNumber(text)) return Number(value) === Number(text) && value !== '';
      return wildcard(text).test(String(value));
    };
    switch (operator) {
      case '=': return equal();
      case '!=': return !equal();
      case '>': return Number(value) > Number(text);
      case '<': return Number(value) < Number(text);
      case '>=': return Number(value) >= Number(text);
      default: return Number(value) <= Number(text);
    }
  }

  private accept(symbol: string): boolean {
    const token = this.tokens[this.at];
    const isIt = token?.kind === 'symbol' && token.text === symbol;
    if (isIt) this.at += 1;
    return isIt;
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) this.fail(`has ${this.tokens[this.at]?.text ?? 'its end'} where ${symbol} belongs`);
  }

  private word(text: string): void {
    const token = this.next();
    if (token.kind !== 'word' || token.text !== text) this.fail(`has ${token.text} where ${text} belongs`);
  }

  private next(): Token {
    const token = this.tokens[this.at];
    if (!token) this.fail('ends early');
    this.at += 1;
    return token;
  }

  private fail(why: string): never {
    throw new Error(`The filter pattern ${why}: ${this.pattern}`);
  }
}

/** Everything a selector points to that is there, null included. */
function select(record: unknown, selector: string): unknown[] {
  const steps = [...selector.slice(1).matchAll(/\.?\['([^']*)'\]|\[(\d+|\*)\]|\.([\w-]+|\*)/g)];
  return steps.reduce<unknown[]>((nodes, [, quoted, index, name]) => nodes.flatMap((node) => {
    if (typeof node !== 'object' || node === null) return [];
    if (index === '*' || name === '*') return Object.values(node);
    if (index !== undefined) return Array.isArray(node) && Number(index) < node.length ? [node[Number(index)]] : [];
    const key = quoted ?? name;
    return !Array.isArray(node) && Object.hasOwn(node, key) ? [(node as Record<string, unknown>)[key]] : [];
  }), [record]);
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

function wildcard(text: string): RegExp {
  return new RegExp(`^${text.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')}$`, 's');
}
