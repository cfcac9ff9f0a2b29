import { Token } from 'aws-cdk-lib';
import { ANY, UNTAGGED, archive, archivedDays, beyond, expire, pulledDays, pushedDays, tagged } from './world';
import { ImageRetention } from '../../../src';

const read = (value: unknown) => () => ImageRetention.fromJson(JSON.stringify(value));
const rules = (...list: unknown[]) => read({ rules: list });
const good = expire(1, { ...tagged('x'), ...beyond(1) });
const selecting = (more: object) => rules({ ...good, selection: { ...good.selection, ...more } });
const acting = (action: unknown, selection: object = good.selection) => rules({ ...good, selection, action });
const many = (count: number, text = 't') => Array.from({ length: count }, (_, index) => expire(index + 1, { ...tagged(`${text}${index}`), ...beyond(1) }));
const long = (length: number) => rules({ ...good, description: 'x'.repeat(length - JSON.stringify({ rules: [{ ...good, description: '' }] }).length) });

test.each<[string, () => unknown]>([
  ['50 rules', rules(...many(50))],
  ['30,720 characters', long(30_720)],
  ['30,720 characters and more white space', () => ImageRetention.fromJson(JSON.stringify({ rules: [good] }, undefined, 20_000))],
  ['4 wildcards', selecting({ tagPatternList: ['*a*b*c*'] })],
  ['90 days in the archive', rules(expire(1, { ...ANY, ...archivedDays(90) }))],
  ['any priorities', rules(expire(900, { ...UNTAGGED, ...beyond(1) }), expire(7, { ...tagged('a'), ...beyond(1) }))],
  ['one untagged and one any rule for each storage class', rules(
    archive(1, { ...UNTAGGED, ...pulledDays(1) }), archive(2, { ...ANY, ...pushedDays(1) }),
    expire(3, { ...UNTAGGED, ...archivedDays(90) }), expire(4, { ...ANY, ...archivedDays(90) }),
  )],
  ['the same tags for each storage class', rules(expire(1, { ...tagged('a'), ...beyond(1) }), expire(2, { ...tagged('a'), ...archivedDays(90) }))],
  ['a rule that never matches', rules(expire(1, { ...tagged('*'), ...beyond(1) }), expire(2, { ...tagged('a'), ...beyond(1) }))],
])('%s: taken', (_, make) => expect(make).not.toThrow());

test.each<[string, () => unknown, string]>([
  ['no object', read([]), 'lifecycleForm'],
  ['null', read(null), 'lifecycleForm'],
  ['no rules', read({}), 'lifecycleForm'],
  ['rules that are none', read({ rules: 'x' }), 'lifecycleForm'],
  ['a rule that is none', rules(good, null), 'lifecycleForm'],
  ['a list as a rule', rules([good]), 'lifecycleForm'],
  ['another key beside rules', read({ rules: [good], version: 1 }), 'lifecycleForm'],
  ['another key in a rule', rules({ ...good, priority: 2 }), 'lifecycleForm'],
  ['another key in a selection', selecting({ tags: ['x'] }), 'lifecycleForm'],
  ['another key in an action', acting({ type: 'expire', force: true }), 'lifecycleForm'],
  ['no selection', rules({ ...good, selection: undefined }), 'lifecycleForm'],
  ['no action', acting(undefined), 'lifecycleForm'],
  ['an empty list of rules', rules(), 'lifecycleRuleCount'],
  ['51 rules', rules(...many(51)), 'lifecycleRuleCount'],
  ['30,721 characters', long(30_721), 'lifecycleSize'],
  ['no priority', rules({ ...good, rulePriority: undefined }), 'lifecycleValue'],
  ['priority 0', rules({ ...good, rulePriority: 0 }), 'lifecycleValue'],
  ['priority 1.5', rules({ ...good, rulePriority: 1.5 }), 'lifecycleValue'],
  ['priority as a string', rules({ ...good, rulePriority: '1' }), 'lifecycleValue'],
  ['a priority twice', rules(good, expire(1, { ...UNTAGGED, ...beyond(1) })), 'lifecyclePriorities'],
  ['a description that is none', rules({ ...good, description: 1 }), 'lifecycleValue'],
  ['a tag status that is none', selecting({ tagStatus: 'TAGGED' }), 'lifecycleValue'],
  ['no tags', selecting({ tagPatternList: undefined }), 'lifecycleTags'],
  ['patterns and prefixes', selecting({ tagPrefixList: ['y'] }), 'lifecycleTags'],
  ['tags with untagged', selecting({ tagStatus: 'untagged' }), 'lifecycleTags'],
  ['tags with any', selecting({ tagStatus: 'any' }), 'lifecycleTags'],
  ['an empty list of tags', selecting({ tagPatternList: [] }), 'lifecycleTags'],
  ['a pattern that is no list', selecting({ tagPatternList: 'x*' }), 'lifecycleTags'],
  ['a prefix that is no list', selecting({ tagPatternList: undefined, tagPrefixList: 'x' }), 'lifecycleTags'],
  ['null as a list of patterns', selecting({ tagPatternList: null }), 'lifecycleTags'],
  ['an object as a list of prefixes', selecting({ tagPatternList: undefined, tagPrefixList: { 0: 'x' } }), 'lifecycleTags'],
  ['a pattern that is no string', selecting({ tagPatternList: [1] }), 'lifecycleTags'],
  ['a pattern that is no tag', selecting({ tagPatternList: ['a b'] }), 'lifecycleTags'],
  ['a second pattern that is no tag', selecting({ tagPatternList: ['a', ''] }), 'lifecycleTags'],
  ['5 wildcards', selecting({ tagPatternList: ['*a*b*c*d*'] }), 'lifecycleTags'],
  ['129 characters', selecting({ tagPatternList: ['x'.repeat(129)] }), 'lifecycleTags'],
  ['a prefix with a wildcard', selecting({ tagPatternList: undefined, tagPrefixList: ['x*'] }), 'lifecycleTags'],
  ['a count type that is none', selecting({ countType: 'sinceImageBuilt' }), 'lifecycleValue'],
  ['a count type that every object has', selecting({ countType: 'toString' }), 'lifecycleValue'],
  ['no count type', selecting({ countType: undefined }), 'lifecycleValue'],
  ['a unit with a count', selecting({ countUnit: 'days' }), 'lifecycleValue'],
  ['no unit with a time', selecting({ countType: 'sinceImagePushed' }), 'lifecycleValue'],
  ['another unit', selecting({ countType: 'sinceImagePushed', countUnit: 'hours' }), 'lifecycleValue'],
  ['count 0', selecting({ countNumber: 0 }), 'lifecycleValue'],
  ['count 1.5', selecting({ countNumber: 1.5 }), 'lifecycleValue'],
  ['count as a string', selecting({ countNumber: '3' }), 'lifecycleValue'],
  ['no count', selecting({ countNumber: undefined }), 'lifecycleValue'],
  ['89 days in the archive', rules(expire(1, { ...ANY, ...archivedDays(89) })), 'lifecycleValue'],
  ['a storage class that is none', selecting({ storageClass: 'glacier' }), 'lifecycleValue'],
  ['a count in the archive', selecting({ storageClass: 'archive' }), 'lifecycleValue'],
  ['time in the archive without the storage class', rules(expire(1, { ...ANY, ...archivedDays(90), storageClass: undefined })), 'lifecycleValue'],
  ['time in the archive of the standard class', rules(expire(1, { ...ANY, ...archivedDays(90), storageClass: 'standard' })), 'lifecycleValue'],
  ['an action that is none', acting({ type: 'delete' }), 'lifecycleValue'],
  ['expiry by last pull', rules(expire(1, { ...ANY, ...pulledDays(90) })), 'lifecycleValue'],
  ['archiving what is archived', rules(archive(1, { ...ANY, ...archivedDays(90) })), 'lifecycleValue'],
  ['archiving to nowhere', acting({ type: 'transition' }), 'lifecycleValue'],
  ['archiving to the standard class', acting({ type: 'transition', targetStorageClass: 'standard' }), 'lifecycleValue'],
  ['expiry with a target', acting({ type: 'expire', targetStorageClass: 'archive' }), 'lifecycleValue'],
  ['two untagged rules', rules(expire(1, { ...UNTAGGED, ...beyond(1) }), archive(2, { ...UNTAGGED, ...pulledDays(1) })), 'lifecycleOneRule'],
  ['two any rules', rules(expire(1, { ...ANY, ...archivedDays(90) }), expire(2, { ...ANY, ...archivedDays(99) })), 'lifecycleOneRule'],
  ['any before others', rules(expire(1, { ...ANY, ...beyond(1) }), expire(2, { ...UNTAGGED, ...beyond(1) })), 'lifecyclePriorities'],
  ['the same pattern twice', rules(good, { ...good, rulePriority: 2 }), 'lifecycleDuplicate'],
  ['the same patterns in another order', rules(expire(1, { ...tagged('a', 'b'), ...beyond(1) }), expire(2, { ...tagged('b', 'a'), ...pushedDays(9) })), 'lifecycleDuplicate'],
  ['a count beyond 32 bits', rules(expire(1, { ...ANY, ...beyond(2_147_483_648) })), 'lifecycleValue'],
  ['a description that is no text', rules({ ...good, description: null } as never), 'lifecycleValue'],
  ['text known only at deployment', () => ImageRetention.fromJson(Token.asString({ Ref: 'Policy' })), 'lifecycleForm'],
])('%s: refused', (_, make, code) => {
  expect(make).toThrow(expect.objectContaining({ name: 'Error', message: expect.stringContaining(`(cdk-secure-ecr:${code})`) }));
});

test.each<[string, () => unknown, string]>([
  ['text that is no JSON', () => ImageRetention.fromJson('{rules:'),
    "[ImageRetention.fromJson] 'text' must be JSON, got \"{rules:\": Expected property name or '}' in JSON at position 1"],
  ['a list', read([1]), "[ImageRetention.fromJson] 'policy' must be an object with a list of rules, got [1]:"
    + ' see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html (cdk-secure-ecr:lifecycleForm)'],
  ['expiry by last pull', rules(expire(4, { ...ANY, ...pulledDays(90) })),
    '[ImageRetention.fromJson] \'rules[0].action.type\' must be transition, got "expire": ECR archives by last pull and deletes by time in'
    + ' the archive: use a rule for each (cdk-secure-ecr:lifecycleValue)'],
  ['51 rules', rules(...many(51)), "[ImageRetention.fromJson] 'rules' must be 1 to 50, shields and one for each prefix or pattern included, got 51:"
    + ' merge entries that have a beginning in common (cdk-secure-ecr:lifecycleRuleCount)'],
  ['too long', long(30_721), "[ImageRetention.fromJson] 'rules' must be at most 30720 characters as JSON, got 30721:"
    + ' shorten descriptions and patterns, or use fewer rules (cdk-secure-ecr:lifecycleSize)'],
  ['two untagged rules', rules(expire(3, { ...UNTAGGED, ...beyond(1) }), archive(8, { ...UNTAGGED, ...pulledDays(1) })),
    "[ImageRetention.fromJson] 'rules' must have at most one rule for untagged images of storage class standard, got [3,8]:"
    + ' choose one: ECR refuses more (cdk-secure-ecr:lifecycleOneRule)'],
  ['any before others', rules(expire(1, { ...ANY, ...beyond(1) }), expire(2, { ...UNTAGGED, ...beyond(1) })),
    "[ImageRetention.fromJson] 'rulePriority' must be the highest number for the rule of any image, got 1: put it last (cdk-secure-ecr:lifecyclePriorities)"],
])('%s: says what, the limit and the remedy, and nothing else', (_, make, message) => {
  expect(make).toThrow(message);
  expect(make).not.toThrow(/\n/);
});

test('everything that is wrong is in one error', () => {
  const wrong = rules({ rulePriority: 0, selection: { tagStatus: 'some', countType: 'no' }, action: {} }, { rulePriority: 0 });
  expect(wrong).toThrow(new RegExp([
    "'rules\\[0\\].rulePriority'", "'rules\\[0\\].selection.tagStatus'", "'rules\\[0\\].selection.countType'", "'rules\\[0\\].action.type'",
    "'rules\\[1\\].rulePriority'", "'rules\\[1\\]' must have a selection and an action", "'rulePriority' must be another one for each rule, got \\[0,0\\]",
  ].join('[^]*\\n[^]*')));
});

test('a prefix beside a pattern that says the same is let through, and warned of', () => {
  const [pattern, prefix] = [tagged('a*'), { tagStatus: 'tagged' as const, tagPrefixList: ['a'] }];
  const policy = { rules: [expire(1, { ...pattern, ...beyond(1) }), expire(2, { ...prefix, ...beyond(1) })] };
  expect(ImageRetention.fromJson(JSON.stringify(policy)).warnings()).toEqual([expect.stringContaining('Rule 2 can never match')]);
});
