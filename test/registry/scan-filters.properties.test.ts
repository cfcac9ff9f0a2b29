import fc from 'fast-check';
import { covers, merge } from '../../src/registry/scan-filters';

/** What ECR says of a filter, written down once more and without cleverness. */
function isMatch(filter: string, name: string): boolean {
  const whole = filter.includes('*') ? filter : `*${filter}*`;
  const [first = '', ...rest] = whole;
  if (first !== '*') return name[0] === first && isWholeMatch(rest.join(''), name.slice(1));
  return [...name, ''].some((_, index) => isWholeMatch(rest.join(''), name.slice(index)));
}

function isWholeMatch(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern[0] === '*') return [...name, ''].some((_, index) => isWholeMatch(pattern.slice(1), name.slice(index)));
  return name[0] === pattern[0] && isWholeMatch(pattern.slice(1), name.slice(1));
}

const filter = fc.stringMatching(/^[ab*]{1,5}$/);
const name = fc.stringMatching(/^[ab]{1,7}$/);
const isMatchOfAny = (filters: readonly string[], each: string) => filters.some((one) => isMatch(one, each));

test.each([
  ['prod', [true, true, true, true, true]],
  ['*prod', [true, true, false, false, false]],
  ['prod*', [true, false, true, false, true]],
  ['*prod*', [true, true, true, true, true]],
  ['prod*repo', [false, false, true, false, true]],
])('the model agrees with the table of ECR: %s', (each, expected) => {
  const names = ['prod', 'repo-prod', 'prod-repo', 'repo-prod-repo', 'prodrepo'];
  expect(names.map((one) => isMatch(each, one))).toEqual(expected);
});

test('a filter that covers another matches whatever that matches', () => {
  fc.assert(fc.property(filter, filter, name, (wide, narrow, each) => {
    fc.pre(covers(wide, narrow) && isMatch(narrow, each));
    expect(isMatch(wide, each)).toBe(true);
  }));
});

test('merged filters match what the single ones match, no more and no less', () => {
  fc.assert(fc.property(fc.array(filter), fc.array(name, { minLength: 1, maxLength: 20 }), (filters, names) => {
    const merged = merge(filters);
    for (const each of names) expect(isMatchOfAny(merged, each)).toBe(isMatchOfAny(filters, each));
  }));
});

test('neither order nor repetition matters', () => {
  const shuffled = fc.array(filter).chain((filters) => fc.tuple(
    fc.constant(filters),
    fc.shuffledSubarray([...filters, ...filters], { minLength: filters.length * 2 }),
  ));
  fc.assert(fc.property(shuffled, ([filters, others]) => {
    expect(merge(others)).toEqual(merge(filters));
  }));
});

test('no merged filter covers another', () => {
  fc.assert(fc.property(fc.array(filter), (filters) => {
    const merged = merge(filters);
    for (const wide of merged) expect(merged.filter((narrow) => covers(wide, narrow))).toEqual([wide]);
  }));
});
