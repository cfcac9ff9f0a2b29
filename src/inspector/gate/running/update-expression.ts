/** What an update changes of an item. */
export interface Changes {
  /** `undefined` removes. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Set where there is nothing yet; `undefined` is left. */
  readonly setIfNew?: Readonly<Record<string, unknown>>;
  /** Added to sets. */
  readonly add?: Readonly<Record<string, Set<string>>>;
  /** Taken out of sets. */
  readonly remove?: Readonly<Record<string, Set<string>>>;
  /** How many a set must have less than, or nothing is changed. */
  readonly fewer?: Readonly<Record<string, number>>;
  /** What the item must be at, or nothing is changed; `undefined`: must not have. */
  readonly onlyIf?: Readonly<Record<string, unknown>>;
}

/** The expressions that DynamoDB wants of changes; every name and value by a placeholder, for many words are reserved. */
export function updateOf({ set = {}, setIfNew = {}, add = {}, remove = {}, fewer = {}, onlyIf = {} }: Changes) {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const value = (attribute: string, is: unknown) => {
    values[`:${attribute}`] = is;
    return `:${attribute}`;
  };
  const isThere = ([, is]: [string, unknown]) => is !== undefined;
  const sets = [
    ...Object.entries(set).filter(isThere).map(([attribute, is]) => `${name(attribute)} = ${value(attribute, is)}`),
    ...Object.entries(setIfNew).filter(isThere).map(([attribute, is]) => `${name(attribute)} = if_not_exists(${name(attribute)}, ${value(attribute, is)})`),
  ];
  const removes = Object.keys(set).filter((attribute) => set[attribute] === undefined).map(name);
  const members = (of: Readonly<Record<string, Set<string>>>) => Object.entries(of).map(([attribute, is]) => `${name(attribute)} ${value(attribute, is)}`);
  const conditions = [
    ...Object.entries(onlyIf).map(([attribute, is]) =>
      is === undefined ? `attribute_not_exists(${name(attribute)})` : `${name(attribute)} = ${value(`is_${attribute}`, is)}`),
    ...Object.entries(fewer).map(([attribute, than]) =>
      `(attribute_not_exists(${name(attribute)}) OR size(${name(attribute)}) < ${value(`than_${attribute}`, than)})`),
  ];
  const clause = (word: string, parts: string[]) => parts.length > 0 ? [`${word} ${parts.join(', ')}`] : [];
  return {
    UpdateExpression: [...clause('SET', sets), ...clause('REMOVE', removes), ...clause('ADD', members(add)), ...clause('DELETE', members(remove))].join(' '),
    ConditionExpression: conditions.length > 0 ? conditions.join(' AND ') : undefined,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: Object.keys(values).length > 0 ? values : undefined,
  };
}
