/**
 * The shapes of a service model, as the SDK carries them to read and write the wire with: here they judge what the stand-in
 * answers, and what it is asked. https://smithy.io/2.0/spec/model.html
 */
export type Shape = number | readonly unknown[] | (() => Shape);

/** How the SDK numbers what it finds in a model. */
const [LIST, MAP, STRUCTURE, UNION, ERROR] = [1, 2, 3, 4, -3];
const [STRING, NUMBER, BOOLEAN, TIMESTAMP, LIST_OF, MAP_OF] = [0, 1, 2, 4, 64, 128];

/** What a value of the SDK is on the wire: dates are seconds. Fails where the value is not of the shape. */
export function toWire(shape: unknown, value: unknown, place: string): unknown {
  const resolved = resolve(shape);
  if (typeof resolved === 'number') {
    if (resolved >= MAP_OF) return mapToWire(resolved - MAP_OF, value, place);
    if (resolved >= LIST_OF) return listToWire(resolved - LIST_OF, value, place);
    return simpleToWire(resolved, value, place);
  }
  const list = resolved as readonly unknown[];
  if (list.length === 2) return toWire(list[0], value, place); // a member with traits: [schema, traits]
  const [kind, , , , first, second, required] = list as [number, string, string, unknown, unknown, unknown, number | undefined];
  switch (kind) {
    case LIST:
      return listToWire(first, value, place);
    case MAP:
      return mapToWire(second, value, place);
    case STRUCTURE:
    case ERROR:
      return structureToWire(first as string[], second as unknown[], required ?? 0, value, place);
    case UNION:
      return unionToWire(first as string[], second as unknown[], value, place);
    default: // a simple one with traits: [0, namespace, name, traits, schema]
      return toWire(first, value, place);
  }
}

/** Fails where JSON of the wire is not of the shape. */
export function checkWire(shape: unknown, json: unknown, place: string): void {
  toWire(shape, json, place);
}

function structureToWire(names: string[], shapes: unknown[], required: number, value: unknown, place: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(place, 'a structure', value);
  const unknown = Object.keys(value).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`${place} has no member ${unknown.join(', ')}`);
  const absent = names.slice(0, required).filter((name) => (value as Record<string, unknown>)[name] === undefined);
  if (absent.length > 0) throw new Error(`${place} lacks ${absent.join(', ')}`);
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)
    .map(([name, member]) => [name, toWire(shapes[names.indexOf(name)], member, `${place}.${name}`)]));
}

function unionToWire(names: string[], shapes: unknown[], value: unknown, place: string): unknown {
  const wire = structureToWire(names, shapes, 0, value, place);
  if (Object.keys(wire as object).length !== 1) throw mismatch(place, 'a union, which has one member', value);
  return wire;
}

function listToWire(shape: unknown, value: unknown, place: string): unknown {
  if (!Array.isArray(value)) throw mismatch(place, 'a list', value);
  return value.map((member, index) => toWire(shape, member, `${place}[${index}]`));
}

function mapToWire(shape: unknown, value: unknown, place: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(place, 'a map', value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toWire(shape, member, `${place}.${name}`)]));
}

function simpleToWire(kind: number, value: unknown, place: string): unknown {
  switch (kind) {
    case STRING:
      if (typeof value !== 'string') throw mismatch(place, 'a string', value);
      return value;
    case NUMBER:
      if (typeof value !== 'number') throw mismatch(place, 'a number', value);
      return value;
    case BOOLEAN:
      if (typeof value !== 'boolean') throw mismatch(place, 'a boolean', value);
      return value;
    case TIMESTAMP:
      if (value instanceof Date) return value.getTime() / 1000;
      if (typeof value !== 'number') throw mismatch(place, 'a date', value);
      return value;
    default:
      throw new Error(`${place} is of a kind (${kind}) that no operation here uses`);
  }
}

function resolve(shape: unknown): unknown {
  return typeof shape === 'function' ? resolve(shape()) : shape;
}

function mismatch(place: string, wanted: string, got: unknown): Error {
  return new Error(`${place} is no ${wanted.replace(/^an? /, '')}: ${JSON.stringify(got)}`);
}
