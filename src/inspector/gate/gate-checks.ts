import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { IGateAction } from './gate-action';
import { ImageScanner, type InspectorGateProps } from './inspector-gate-props';
import { LIMITS } from '../../private/limits';
import { Problems } from '../../private/problems';
import { repeated } from '../../private/repeated';
import { checkRepositoriesHere } from '../../private/resources-around';
import { isKnown, knownLength, matches } from '../../private/tokens';
import { warnLate } from '../../private/warn';
import { EcrRegistry } from '../../registry';
import { FindingException } from '../finding-exception';

/** How many images are judged at once by default. */
export const MAX_CONCURRENCY = 5;
/**
 * What is watched is one partition of an index, by when it is due; it takes 1,000 writes a second. A judgement takes two of
 * them and a third of a second at least. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const MOST_CONCURRENCY = 100;

/** Refuses wrong properties, all of them together. */
export function checkProps(scope: Construct, id: string, props: InspectorGateProps): void {
  const problems = new Problems(`${scope.node.path}/${id}`);
  checkRepositories(scope, props, problems);
  checkDurations(props, problems);
  checkConcurrency(props, problems);
  checkActions(props.actions ?? [], problems);
  problems.unless(props.policy === undefined || isKnown(props.policy._render()), {
    prop: 'policy', must: 'be known at synthesis', got: 'a value known only at deployment', remedy: 'use numbers and strings', code: 'gatePolicyUnknown',
  });
  problems.unless(isKnown(FindingException._render(props.exceptions ?? [])), {
    prop: 'exceptions', must: 'be known at synthesis', got: 'a value known only at deployment', remedy: 'use strings', code: 'gatePolicyUnknown',
  });
  problems.throwIfAny();
}

/** Ids of constructs come from those of actions, so that what actions make stays what it is whichever others there are. */
export function checkActions(actions: readonly IGateAction[], problems: Problems): void {
  const ids = [...new Set(actions)].map(({ id }) => id);
  for (const id of new Set(ids)) {
    problems.unless(!Token.isUnresolved(id) && LIMITS.gateActionId.test(id), {
      prop: 'actions', must: 'have ids of letters, digits and dashes', got: id, remedy: 'ids of constructs are made of it', code: 'gateActionId',
    });
  }
  const twice = repeated(ids);
  problems.unless(twice.length === 0, {
    prop: 'actions',
    must: 'have an id of its own for each',
    got: twice,
    remedy: 'give all but one another id, as in new NotifyAction({ id: \'OnCall\' }); that of what is deployed already stays',
    code: 'gateActionTwice',
  });
}

/** Warns of a gate that does not listen to whoever scans; known when all of the app is there. */
export function warnOfScanner(gate: Construct, scanner: ImageScanner): void {
  if (scanner !== ImageScanner.ECR_BASIC || EcrRegistry.of(gate)._scanning?._kind !== 'enhanced') return;
  warnLate(gate, {
    code: 'gateScannerBasic',
    message: 'judges by basic scanning, but the EcrRegistry of the account and Region has Amazon Inspector scan,'
      + ' and this gate hears nothing of that: leave out scanner, or what becomes known is seen after judgeAgainAfter only',
  });
}

function checkRepositories(scope: Construct, { repositories, repositoryNames }: InspectorGateProps, problems: Problems): void {
  knownLength('repositoryNames', repositoryNames, problems);
  for (const [prop, list] of Object.entries({ repositories, repositoryNames })) {
    problems.unless(list === undefined || Token.isUnresolved(list) || list.length > 0, {
      prop, must: 'name one, or be left out', got: list, remedy: 'left out, both watch every repository', code: 'gateEmpty',
    });
  }
  checkRepositoriesHere(scope, repositories, {
    remedy: 'make a gate there: Amazon Inspector and the event bus tell of images where they are',
    code: 'gateRepositoryElsewhere',
  }, problems);
  for (const name of Token.isUnresolved(repositoryNames) ? [] : repositoryNames ?? []) {
    const { pattern, maxLength } = LIMITS.scanFilters;
    problems.unless(Token.isUnresolved(name) || (matches(pattern, name) && name.length <= maxLength && !name.includes('**')), {
      prop: 'repositoryNames',
      must: `be names of repositories with single * for any characters, ${maxLength} characters at most`,
      got: name,
      remedy: 'write it as shop/*',
      code: 'gateRepositoryName',
    });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: 2 at least, and what a queue hands over in vain counts as tried. */
function checkConcurrency({ maxConcurrency = MAX_CONCURRENCY, handlerOptions }: InspectorGateProps, problems: Problems): void {
  const isTaken = Number.isInteger(maxConcurrency) && maxConcurrency >= 2 && maxConcurrency <= MOST_CONCURRENCY;
  problems.unless(Token.isUnresolved(maxConcurrency) || isTaken, {
    prop: 'maxConcurrency',
    must: `be a whole number, 2 to ${MOST_CONCURRENCY}`,
    got: maxConcurrency,
    remedy: 'Lambda takes no fewer of a queue, and the index of what is due takes 1,000 writes a second',
    code: 'gateConcurrency',
  });
  const reserved = handlerOptions?.reservedConcurrentExecutions ?? maxConcurrency;
  problems.unless(Token.isUnresolved(reserved) || Token.isUnresolved(maxConcurrency) || reserved >= maxConcurrency, {
    prop: 'handlerOptions.reservedConcurrentExecutions',
    must: `be at least ${maxConcurrency}, as maxConcurrency is`,
    got: reserved,
    remedy: 'raise it or lower maxConcurrency: what a function has no room for counts as tried, and is lost after ten times',
    code: 'gateConcurrency',
  });
}

function checkDurations(props: InspectorGateProps, problems: Problems): void {
  const check = (prop: 'judgeAgainAfter' | 'listEvery' | 'lookBack' | 'pendingAlarmAfter' | 'verdictRetention', least: Duration, most: Duration, why: string) => {
    const value = props[prop];
    problems.unless(value === undefined || isWithin(value, least, most), {
      prop,
      must: `be ${least.toHumanString()} to ${most.toHumanString()} in whole minutes, known at synthesis`,
      got: value?.toHumanString(),
      remedy: why,
      code: 'gateDuration',
    });
  };
  const year = Duration.days(3_650);
  check('judgeAgainAfter', Duration.hours(1), Duration.days(7), 'news has an image judged at once; this is for what nobody told of');
  check('listEvery', Duration.minutes(5), Duration.days(1), 'every image of the repositories is listed each time');
  check('lookBack', Duration.days(1), year, 'an hour is what an event may be late, and a day is what a gate may be broken');
  check('pendingAlarmAfter', Duration.hours(1), Duration.days(7), 'a first scan may take an hour');
  check('verdictRetention', Duration.days(30), year, 'the record of what holds is written anew after half of it');
}

function isWithin(value: Duration, least: Duration, most: Duration): boolean {
  if (value.isUnresolved()) return false; // schedules and environments need texts
  const seconds = value.toSeconds({ integral: false });
  return seconds % 60 === 0 && seconds >= least.toSeconds() && seconds <= most.toSeconds();
}
