/** Whether a name meets a pattern in which * stands for any characters. */
export function meets(name: string, pattern: string): boolean {
  // Greedy from the left is right for * alone, and cannot backtrack.
  const [first, ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(first)) return false;
  const last = rest.pop()!;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
