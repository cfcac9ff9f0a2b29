/** What stands in a list again after its first time. */
export function repeated<T>(list: readonly T[]): T[] {
  return list.filter((each, index) => list.indexOf(each) !== index);
}
