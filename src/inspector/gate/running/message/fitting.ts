/** How many bytes a text takes as a member of JSON. */
function sizeOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** A text, or as much of its beginning as takes so many bytes as a member of JSON. */
export function fitting(text: string, bytes: number): string {
  let cut = text;
  while (sizeOf(cut) > bytes) cut = clipped(cut, Math.floor(cut.length * Math.min(0.95, bytes / sizeOf(cut))));
  return cut;
}

/** A text of so many characters at most. */
export function clipped(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, Math.max(0, characters - 1)).replace(/[\ud800-\udbff]$/, '')}…`; // not half of a pair
}

/** How long texts and lists are left, one after the other until it fits. No name, digest or ARN is longer than 400. */
const MEASURES = [[600, 50], [400, 20], [400, 5], [400, 1]] as const;

/** A value as JSON that takes so many bytes as a member of JSON; `shortened` says that texts or lists had to be cut. */
export function fittingJson(value: object, bytes: number): string {
  let json = JSON.stringify(value);
  for (const [characters, entries] of MEASURES) {
    if (sizeOf(json) <= bytes) break;
    json = JSON.stringify({ ...shortened(value, characters, entries) as object, shortened: true });
  }
  return json;
}

function shortened(value: unknown, characters: number, entries: number): unknown {
  if (typeof value === 'string') return clipped(value, characters);
  if (Array.isArray(value)) return value.slice(0, entries).map((each) => shortened(each, characters, entries));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortened(member, characters, entries)]));
}
