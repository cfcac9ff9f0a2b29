/**
 * Event patterns of EventBridge, as far as the library writes them; any other operator is an error. Held against AWS's
 * own engine by the tests named `event-ruler.java-test.ts`.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matchesEvent(pattern: object, event: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const values = valuesOf(event, key);
    if (!Array.isArray(wanted)) return values.length > 0 ? values.some((value) => matchesEvent(wanted, value)) : matchesEvent(wanted, {});
    const leaves = values.flat().filter((value) => typeof value !== 'object' || value === null);
    return wanted.some((one) => matchesValue(one, leaves));
  });
}

/** In a list of objects, those of each of them. */
function valuesOf(node: unknown, key: string): unknown[] {
  if (Array.isArray(node)) return node.flatMap((each) => valuesOf(each, key));
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return [];
  return [(node as Record<string, unknown>)[key]].flat();
}

function matchesValue(wanted: unknown, values: unknown[]): boolean {
  if (typeof wanted !== 'object' || wanted === null) return values.includes(wanted);
  const [[operator, operand]] = Object.entries(wanted);
  const texts = values.filter((value) => typeof value === 'string');
  switch (operator) {
    case 'exists': return operand === (values.length > 0);
    case 'prefix': return texts.some((text) => text.startsWith(operand));
    case 'suffix': return texts.some((text) => text.endsWith(operand));
    case 'wildcard': return texts.some((text) => wildcard(operand).test(text));
    case 'anything-but': return values.some((value) => !operand.includes(value));
    default: throw new Error(`This matcher does not know ${operator}`);
  }
}

function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&')).join('.*')}$`, 's');
}
