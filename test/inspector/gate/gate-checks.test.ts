import { App, CfnParameter, Duration, Lazy, Stack, aws_ecr as ecr, aws_events as events } from 'aws-cdk-lib';
import { FindingException, FindingPolicy, FindingRule, InspectorGate, type InspectorGateProps, SecureEcrRepository } from '../../../src';

const ENV = { account: '111111111111', region: 'eu-west-1' };
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

const gate = (props?: InspectorGateProps) => new InspectorGate(stack, 'Gate', props);
const message = (make: () => unknown) => {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

test('bad input is refused all at once, before anything is made', () => {
  const got = message(() => gate({
    repositories: [],
    repositoryNames: [],
    maxConcurrency: 1,
    judgeAgainAfter: Duration.minutes(59),
    listEvery: Duration.minutes(4),
    lookBack: Duration.hours(23),
    pendingAlarmAfter: Duration.days(8),
    verdictRetention: Duration.days(29),
    policy: FindingPolicy.atMost({ high: Lazy.number({ produce: () => 1 }) }),
    exceptions: [FindingException.of('CVE-2026-0001', { packageName: 'zlib', owner: Lazy.string({ produce: () => 'x' }), reason: 'r', untilFixed: true })],
  }));

  expect(got.split('\n')).toEqual([
    "[Stack/Gate] 'repositories' must name one, or be left out, got []: left out, both watch every repository (cdk-secure-ecr:gateEmpty)",
    "[Stack/Gate] 'repositoryNames' must name one, or be left out, got []: left out, both watch every repository (cdk-secure-ecr:gateEmpty)",
    "[Stack/Gate] 'judgeAgainAfter' must be 1 hour to 7 days in whole minutes, known at synthesis, got \"59 minutes\": news has an image judged at once; this is for what nobody told of (cdk-secure-ecr:gateDuration)",
    "[Stack/Gate] 'listEvery' must be 5 minutes to 1 day in whole minutes, known at synthesis, got \"4 minutes\": every image of the repositories is listed each time (cdk-secure-ecr:gateDuration)",
    "[Stack/Gate] 'lookBack' must be 1 day to 3650 days in whole minutes, known at synthesis, got \"23 hours\": an hour is what an event may be late, and a day is what a gate may be broken (cdk-secure-ecr:gateDuration)",
    "[Stack/Gate] 'pendingAlarmAfter' must be 1 hour to 7 days in whole minutes, known at synthesis, got \"8 days\": a first scan may take an hour (cdk-secure-ecr:gateDuration)",
    "[Stack/Gate] 'verdictRetention' must be 30 days to 3650 days in whole minutes, known at synthesis, got \"29 days\": the record of what holds is written anew after half of it (cdk-secure-ecr:gateDuration)",
    "[Stack/Gate] 'maxConcurrency' must be a whole number, 2 to 100, got 1: Lambda takes no fewer of a queue, and the index of what is due takes 1,000 writes a second (cdk-secure-ecr:gateConcurrency)",
    "[Stack/Gate] 'policy' must be known at synthesis, got \"a value known only at deployment\": use numbers and strings (cdk-secure-ecr:gatePolicyUnknown)",
    "[Stack/Gate] 'exceptions' must be known at synthesis, got \"a value known only at deployment\": use strings (cdk-secure-ecr:gatePolicyUnknown)",
  ]);
  expect(stack.node.children).toEqual([]);
});

test.each<[keyof InspectorGateProps, Duration, Duration]>([
  ['judgeAgainAfter', Duration.hours(1), Duration.days(7)],
  ['listEvery', Duration.minutes(5), Duration.days(1)],
  ['lookBack', Duration.days(1), Duration.days(3_650)],
  ['pendingAlarmAfter', Duration.hours(1), Duration.days(7)],
  ['verdictRetention', Duration.days(30), Duration.days(3_650)],
])('%s is %s to %s', (prop, least, most) => {
  const minute = Duration.minutes(1);
  const token = Duration.days(Lazy.number({ produce: () => 40 }));
  const refused = [least.minus(minute), most.plus(minute), least.plus(Duration.seconds(1)), least.plus(Duration.millis(500)), token];

  for (const value of [least, most]) expect(message(() => new InspectorGate(new Stack(app, `${prop}${value.toSeconds()}`), 'Gate', { [prop]: value }))).toBe('accepted');
  for (const value of refused) expect(message(() => gate({ [prop]: value }))).toContain('cdk-secure-ecr:gateDuration)');
});

test.each([2, 100])('%d images at once are taken', (maxConcurrency) => {
  expect(message(() => gate({ maxConcurrency }))).toBe('accepted');
});

test.each([1, 2.5, 101, 1_000, NaN])('%d images at once', (maxConcurrency) => {
  expect(message(() => gate({ maxConcurrency }))).toContain("'maxConcurrency' must be a whole number, 2 to 100, got");
});

test('fewer copies of a function than are handed over at once', () => {
  expect(message(() => gate({ handlerOptions: { reservedConcurrentExecutions: 4 } }))).toBe(
    "[Stack/Gate] 'handlerOptions.reservedConcurrentExecutions' must be at least 5, as maxConcurrency is, got 4: raise it or lower maxConcurrency: what a function has no room for counts"
    + ' as tried, and is lost after ten times (cdk-secure-ecr:gateConcurrency)');
  expect(message(() => gate({ maxConcurrency: 2, handlerOptions: { reservedConcurrentExecutions: 2 } }))).toBe('accepted');
});

test.each([['222222222222', 'eu-west-1'], ['111111111111', 'us-east-1']])('a repository of account %s in %s', (account, region) => {
  const repository = ecr.Repository.fromRepositoryArn(stack, 'Theirs', `arn:aws:ecr:${region}:${account}:repository/shop`);
  const named = ecr.Repository.fromRepositoryAttributes(stack, 'Named', { repositoryArn: repository.repositoryArn, repositoryName: 'shop' });
  const made = new SecureEcrRepository(new Stack(app, 'Elsewhere', { env: { account, region } }), 'Images');

  expect(message(() => gate({ repositories: [repository, named, made] }))).toBe([
    'Stack/Theirs', 'Stack/Named', 'Elsewhere/Images',
  ].map((path) => `[Stack/Gate] 'repositories' must be in the account and Region of the stack, got "${path} in ${account}/${region}": make a gate there: Amazon Inspector and the`
    + ' event bus tell of images where they are (cdk-secure-ecr:gateRepositoryElsewhere)').join('\n'));
});

test('a repository whose account is known at deployment only', () => {
  const { valueAsString: account } = new CfnParameter(stack, 'Account');
  const named = ecr.Repository.fromRepositoryAttributes(stack, 'Named', { repositoryArn: `arn:aws:ecr:eu-west-1:${account}:repository/shop`, repositoryName: 'shop' });

  expect(message(() => gate({ repositories: [named, new SecureEcrRepository(stack, 'Images')] }))).toBe('accepted');
});

test.each(['', 'Shop', 'shop/', '/shop', 'shop//web', 'shop/**', '*'.repeat(256), 'shop web', 'a'.repeat(256), 'arn:aws:ecr:eu-west-1:111111111111:repository/shop'])('the name %j', (name) => {
  const text = JSON.stringify(name);
  expect(message(() => gate({ repositoryNames: [name] }))).toBe(
    "[Stack/Gate] 'repositoryNames' must be names of repositories with single * for any characters, 255 characters at most, got"
    + ` ${text.length > 120 ? `${text.slice(0, 117)}...` : text}: write it as shop/* (cdk-secure-ecr:gateRepositoryName)`);
});

test.each(['*', 'shop', 'shop/*', '*/web', 'a*b', 'shop-*', 'shop/w.e_b-1', 'a'.repeat(255)])('but not the name %j', (name) => {
  expect(message(() => gate({ repositoryNames: [name] }))).toBe('accepted');
});

test('lists that are known at deployment only', () => {
  const list = new CfnParameter(stack, 'Names', { type: 'CommaDelimitedList' }).valueAsList;

  expect(message(() => gate({ repositoryNames: list }))).toBe(
    "[Stack/Gate] 'repositoryNames' must have a length that is known at synthesis, got a value known only at deployment: take single entries of it with Fn.select (cdk-secure-ecr:listLengthUnknown)");
});

test('a rule of a policy with a token', () => {
  const policy = FindingPolicy.of('own', [FindingRule.of('late', { minInspectorScore: Lazy.number({ produce: () => 7 }) })]);

  expect(message(() => gate({ policy }))).toContain("'policy' must be known at synthesis");
});

test.each([[300, 0], [301, 1]])('%d rules on the default bus of the account and Region: %d errors', (count, problems) => {
  gate({ repositoryNames: ['shop/*'] });
  const rules = (of: Stack, many: number, eventBus?: events.IEventBus) => {
    for (let index = 0; index < many; index++) new events.Rule(of, `Rule${index}`, { eventPattern: { source: ['x'] }, eventBus });
  };
  rules(new Stack(app, 'Others', { env: ENV }), count - 6); // a gate has six
  const third = new Stack(app, 'Third', { env: ENV });
  rules(third, 3, new events.EventBus(third, 'Bus'));
  rules(new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } }), 3);

  const got = message(() => app.synth()).split('\n').filter((line) => line.includes('gateRules'));

  expect(got.map((line) => line.slice(line.indexOf("'")))).toEqual(Array.from({ length: problems }, () =>
    "'repositories' must leave at most 300 rules on the default event bus, got 301: name them by repositoryNames, with * for what they share, or move other rules"
    + ' to another bus (cdk-secure-ecr:gateRules)'));
});
