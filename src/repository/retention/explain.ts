import { Token } from 'aws-cdk-lib';
import { type LifecycleDocument, type LifecycleRule, storageClassOf } from './lifecycle-document';
import { shadowOf } from './order-rules';
import { ALL, FOR_EVER } from './retention-rule';
import { meets, patternsOf, shown } from './tag-patterns';

/** Which images a rule is about, in words. */
export function imagesOf({ selection }: LifecycleRule): string {
  const which = {
    any: () => 'all other images',
    untagged: () => 'images without a tag',
    tagged: () => `images tagged ${patternsOf(selection).map(shown).join(' and ')}`,
  }[selection.tagStatus]();
  return storageClassOf({ selection }) === 'archive' ? `${which}, once archived,` : which;
}

/** What becomes of them, in words. */
export function fateOf({ selection, action }: LifecycleRule): string {
  const { countType, countNumber } = selection;
  const number = Token.isUnresolved(countNumber) ? '(known at deployment)' : String(countNumber);
  const what = action.type === 'expire' ? 'deleted' : 'archived';
  switch (countType) {
    case 'imageCountMoreThan':
      return countNumber >= ALL && !Token.isUnresolved(countNumber)
        ? 'are kept, whatever other tags they carry'
        : `are ${what}, but for the newest ${number}`;
    case 'sinceImagePushed':
      return `are ${what} ${number} days after their push`;
    case 'sinceImagePulled':
      return `are ${what} when nobody has pulled them for ${number} days`;
    case 'sinceImageTransitioned':
      if (countNumber >= FOR_EVER && !Token.isUnresolved(countNumber)) return 'are kept there';
      return `are ${what} after ${number} days in the archive`;
  }
}

/** A sentence for each rule, in the order of their priorities. */
export function explain({ rules }: LifecycleDocument): string[] {
  return sorted(rules).map((rule) => `${rule.rulePriority}. ${capital(imagesOf(rule))} ${fateOf(rule)}.`);
}

/** What the rules will hardly have been meant to do. */
export function warnings({ rules }: LifecycleDocument, { readIn, tagsInUse }: { readIn: boolean; tagsInUse: string[] }): string[] {
  const found: string[] = [];
  for (const rule of sorted(rules)) {
    const shadow = shadowOf(rule, rules);
    if (shadow) {
      found.push(`Rule ${rule.rulePriority} can never match: rule ${shadow.rulePriority} decides on all its images before it.`);
    }
    const list = patternsOf(rule.selection);
    if (readIn && list.length > 1) { // whoever wrote taggedWithAll meant it
      found.push(`Rule ${rule.rulePriority} matches only images that carry all of ${list.map(shown).join(', ')} at once: ECR joins a list by`
        + ' AND. Write a rule for each if one of them is enough.');
    }
  }
  const active = sorted(rules).filter((rule) => storageClassOf(rule) === 'standard');
  const archives = active.find(({ action }) => action.type === 'transition');
  const untagged = active.find(({ selection }) => meets([], selection));
  if (archives && untagged?.action.type === 'expire') {
    found.push(`Rule ${untagged.rulePriority} can delete the platform images of a multi-platform image that rule ${archives.rulePriority}`
      + ' archives: they have no tag, and nothing holds them once their index is archived. Archive untagged images too.');
  }
  for (const tag of tagsInUse) {
    const own = active.find(({ selection }) => meets([tag], selection)); // decides unless a tag beside it meets one before
    const beside = active.slice(0, own ? active.indexOf(own) : undefined)
      .find((each) => each.selection.tagStatus === 'tagged' && !isShield(each));
    const rule = own && !isShield(own) ? own : beside;
    if (!rule) continue;
    found.push(`What is deployed as ${tag}${rule === own ? '' : ` and is also tagged ${patternsOf(rule.selection).map(shown).join(' and ')}`}`
      + ` can be ${rule.action.type === 'expire' ? 'deleted' : 'archived'} by rule`
      + ` ${rule.rulePriority} while it runs: ECR does not know what runs. Protect ${tag}, or deploy by a tag that is protected.`);
  }
  return found;
}

/** Whether a rule is there to keep its images rather than to lose any. */
export function isShield({ selection }: LifecycleRule): boolean {
  return selection.countType === 'imageCountMoreThan' && selection.countNumber >= ALL;
}

function sorted(rules: readonly LifecycleRule[]): LifecycleRule[] {
  return [...rules].sort((a, b) => a.rulePriority - b.rulePriority);
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

