import { Token } from 'aws-cdk-lib';
import { type LifecycleDocument, type LifecycleRule, storageClassOf } from './lifecycle-document';
import { wildcards } from './tag-patterns';
import { LIMITS } from '../../private/limits';
import type { Problems } from '../../private/problems';

/**
 * For each count type: what ECR lets it do, and with images of which storage class.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html#lp_storage_class
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html#lifecycle_policy_example_last_pulled
 */
const COUNT_TYPES = new Map<unknown, { actions: string[]; storageClass: string; inDays: boolean; least: number }>([
  ['imageCountMoreThan', { actions: ['expire', 'transition'], storageClass: 'standard', inDays: false, least: 1 }],
  ['sinceImagePushed', { actions: ['expire', 'transition'], storageClass: 'standard', inDays: true, least: 1 }],
  ['sinceImagePulled', { actions: ['transition'], storageClass: 'standard', inDays: true, least: 1 }],
  ['sinceImageTransitioned', { actions: ['expire'], storageClass: 'archive', inDays: true, least: LIMITS.lifecycle.minArchiveDays }],
]);

const KEYS = {
  document: ['rules'],
  rule: ['rulePriority', 'description', 'selection', 'action'],
  selection: ['tagStatus', 'tagPatternList', 'tagPrefixList', 'storageClass', 'countType', 'countUnit', 'countNumber'],
  action: ['type', 'targetStorageClass'],
};

/** Adds whatever ECR would refuse in a lifecycle policy, from whichever form it came. */
export function checkDocument(input: unknown, problems: Problems): void {
  if (!isObject(input) || !Array.isArray(input.rules) || !input.rules.every(isObject)) {
    problems.add({
      prop: 'policy',
      must: 'be an object with a list of rules',
      got: input,
      remedy: 'see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html',
      code: 'lifecycleForm',
    });
    return;
  }
  unknownKeys('policy', input, KEYS.document, problems);
  input.rules.forEach((rule, index) => checkRule(`rules[${index}]`, rule, problems));
  checkRules(input.rules as LifecycleRule[], problems);
}

function checkRule(at: string, rule: Record<string, unknown>, problems: Problems): void {
  unknownKeys(at, rule, KEYS.rule, problems);
  integer(`${at}.rulePriority`, rule.rulePriority, 1, problems);
  problems.unless(['string', 'undefined'].includes(typeof rule.description), {
    prop: `${at}.description`, must: 'be text', got: rule.description, remedy: 'write text, or leave it out', code: 'lifecycleValue',
  });
  const { selection, action } = rule;
  if (!isObject(selection) || !isObject(action)) {
    problems.add({ prop: at, must: 'have a selection and an action', got: rule, remedy: 'add them', code: 'lifecycleForm' });
    return;
  }
  unknownKeys(`${at}.selection`, selection, KEYS.selection, problems);
  unknownKeys(`${at}.action`, action, KEYS.action, problems);
  checkTags(`${at}.selection`, selection, problems);
  checkCount(at, selection, action, problems);
}

function checkTags(at: string, selection: Record<string, unknown>, problems: Problems): void {
  const { tagStatus, tagPatternList, tagPrefixList } = selection;
  oneOf(`${at}.tagStatus`, tagStatus, ['tagged', 'untagged', 'any'], problems, 'choose one of them');
  const lists = [tagPatternList, tagPrefixList].filter((list) => list !== undefined);
  const wanted = tagStatus === 'tagged' ? 1 : 0;
  problems.unless(lists.length === wanted, {
    prop: at,
    must: wanted ? 'have either a tagPatternList or a tagPrefixList' : `have no list of tags with tagStatus ${tagStatus}`,
    got: selection,
    remedy: wanted ? 'name one of them' : 'drop the list, or use tagStatus tagged',
    code: 'lifecycleTags',
  });
  for (const list of lists) {
    const fine = Array.isArray(list) && list.length > 0 && list.every((entry) => typeof entry === 'string' && validTag(entry, list === tagPrefixList));
    problems.unless(fine, {
      prop: at,
      must: `list tags of 1 to 128 letters, digits, '.', '_', '-', in patterns with at most ${LIMITS.lifecycle.maxWildcards} '*'`,
      got: list,
      remedy: 'write tags as they are pushed',
      code: 'lifecycleTags',
    });
  }
}

function validTag(entry: string, isPrefix: boolean): boolean {
  if (Token.isUnresolved(entry)) return true;
  return isPrefix ? LIMITS.tag.test(entry) : LIMITS.tagPattern.test(entry) && wildcards(entry) <= LIMITS.lifecycle.maxWildcards;
}

function checkCount(at: string, selection: Record<string, unknown>, action: Record<string, unknown>, problems: Problems): void {
  const known = COUNT_TYPES.get(selection.countType);
  oneOf(`${at}.selection.countType`, selection.countType, [...COUNT_TYPES.keys()], problems, 'choose one of them');
  oneOf(`${at}.action.type`, action.type, known?.actions ?? ['expire', 'transition'], problems,
    'ECR archives by last pull and deletes by time in the archive: use a rule for each');
  const target = action.type === 'transition' ? 'archive' : undefined;
  oneOf(`${at}.action.targetStorageClass`, action.targetStorageClass, [target], problems,
    target ? 'add it: there is no other' : 'drop it, or use the action transition');
  if (!known) return;
  const allowed = known.storageClass === 'standard' ? ['standard', undefined] : [known.storageClass];
  oneOf(`${at}.selection.storageClass`, selection.storageClass, allowed, problems, `${selection.countType} selects no other`);
  oneOf(`${at}.selection.countUnit`, selection.countUnit, [known.inDays ? 'days' : undefined], problems,
    known.inDays ? 'ECR counts time in days' : 'drop it: images are counted');
  integer(`${at}.selection.countNumber`, selection.countNumber, known.least, problems);
}

/** What can be wrong between rules. */
function checkRules(rules: LifecycleRule[], problems: Problems): void {
  const { maxRules, maxCharacters } = LIMITS.lifecycle;
  problems.unless(rules.length >= 1 && rules.length <= maxRules, {
    prop: 'rules',
    must: `be 1 to ${maxRules}, shields and one for each prefix or pattern included`,
    got: rules.length,
    remedy: 'merge entries that have a beginning in common',
    code: 'lifecycleRuleCount',
  });
  const characters = JSON.stringify({ rules }).length;
  problems.unless(characters <= maxCharacters, {
    prop: 'rules',
    must: `be at most ${maxCharacters} characters as JSON`,
    got: characters,
    remedy: 'shorten descriptions and patterns, or use fewer rules',
    code: 'lifecycleSize',
  });
  const priorities = rules.map(({ rulePriority }) => rulePriority);
  problems.unless(new Set(priorities).size === priorities.length, {
    prop: 'rulePriority', must: 'be another one for each rule', got: priorities, remedy: 'number the rules', code: 'lifecyclePriorities',
  });
  const complete = rules.filter(({ selection, action }) => isObject(selection) && isObject(action));
  for (const storageClass of ['standard', 'archive'] as const) {
    checkClass(complete.filter((rule) => storageClassOf(rule) === storageClass), storageClass, problems);
  }
}

function checkClass(rules: LifecycleRule[], storageClass: string, problems: Problems): void {
  for (const tagStatus of ['untagged', 'any'] as const) {
    const found = rules.filter(({ selection }) => selection.tagStatus === tagStatus);
    problems.unless(found.length <= 1, {
      prop: 'rules',
      must: `have at most one rule for ${tagStatus === 'any' ? 'any image' : 'untagged images'} of storage class ${storageClass}`,
      got: found.map(({ rulePriority }) => rulePriority),
      remedy: 'choose one: ECR refuses more',
      code: 'lifecycleOneRule',
    });
  }
  const any = rules.find(({ selection }) => selection.tagStatus === 'any');
  problems.unless(!any || rules.every(({ rulePriority }) => rulePriority <= any.rulePriority), {
    prop: 'rulePriority',
    must: 'be the highest number for the rule of any image',
    got: any?.rulePriority,
    remedy: 'put it last',
    code: 'lifecyclePriorities',
  });
}

/**
 * Adds rules that select the same tags. ECR wants "a unique set of prefixes" for each storage class, which is read as: no
 * two rules with the same list of prefixes, nor with the same list of patterns.
 */
export function checkDuplicates({ rules }: LifecycleDocument, problems: Problems): void {
  const seen = new Map<string, number>();
  for (const rule of rules) {
    const { tagStatus, tagPatternList, tagPrefixList } = rule.selection;
    if (tagStatus !== 'tagged') continue;
    const key = JSON.stringify([storageClassOf(rule), sorted(tagPatternList), sorted(tagPrefixList)]);
    problems.unless(!seen.has(key), {
      prop: 'rules',
      must: 'select other tags each, within a storage class',
      got: `rules ${seen.get(key)} and ${rule.rulePriority}`,
      remedy: 'keep one of them: ECR lets one rule decide on an image',
      code: 'lifecycleDuplicate',
    });
    seen.set(key, rule.rulePriority);
  }
}

function sorted(list?: string[]): string[] | undefined {
  return list && [...list].sort();
}

function unknownKeys(prop: string, value: object, known: string[], problems: Problems): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  problems.unless(unknown.length === 0, {
    prop, must: `have no other keys than ${known.join(', ')}`, got: unknown, remedy: 'correct or drop them', code: 'lifecycleForm',
  });
}

function oneOf(prop: string, value: unknown, allowed: readonly unknown[], problems: Problems, remedy: string): void {
  const words = allowed.map((each) => each ?? 'nothing').join(' or ');
  problems.unless(allowed.includes(value), { prop, must: `be ${words}`, got: value, remedy, code: 'lifecycleValue' });
}

function integer(prop: string, value: unknown, least: number, problems: Problems): void {
  const { maxNumber, minArchiveDays } = LIMITS.lifecycle;
  const fine = Number.isInteger(value) && Number(value) >= least && Number(value) <= maxNumber;
  problems.unless(Token.isUnresolved(value) || fine, {
    prop,
    must: Number(value) > maxNumber ? `be at most ${maxNumber}` : `be a whole number, at least ${least}`,
    got: value,
    remedy: least === minArchiveDays ? 'ECR charges for 90 days in the archive and deletes no earlier' : 'write it without a fraction',
    code: 'lifecycleValue',
  });
}

function isObject(value: unknown): value is Record<string, any> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
