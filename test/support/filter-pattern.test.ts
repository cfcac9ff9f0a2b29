import { matchesFilter } from './filter-pattern';

const SIMPLE = {
  'eventType': 'UpdateTrail',
  'sourceIPAddress': '111.111.111.111',
  'arrayKey': ['value', 'another value'],
  'objectList': [{ name: 'a', id: 1 }, { name: 'b', id: 2 }],
  'SomeObject': null,
  'cluster.name': 'c',
};
const COMPOUND = {
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [{ id: 2, email: 'John.Doe@example.com' }, { id: 3, email: 'Jane.Doe@example.com' }],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
};

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
describe('every example of the documentation', () => {
  test.each<[string, object, boolean]>([
    ['{ $.eventType = "UpdateTrail" }', SIMPLE, true],
    ['{ $.sourceIPAddress != 123.123.* }', SIMPLE, true],
    ['{ $.arrayKey[0] = "value" }', SIMPLE, true],
    ['{ $.eventType = %Trail% }', SIMPLE, true],
    ['{ $.arrayKey[*] = %val.{2}% }', SIMPLE, true],
    ['{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }', SIMPLE, true],
    ["{ $.['cluster.name'] = \"c\" }", SIMPLE, true],
    ['{ $.SomeObject IS NULL }', SIMPLE, true],
    ['{ $.SomeOtherObject NOT EXISTS }', SIMPLE, true],
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', COMPOUND, true],
    ['{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }', COMPOUND, true],
    ['{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }', COMPOUND, false],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', COMPOUND, false],
    ['{ $.bandwidth > 75 }', { bandwidth: 76 }, true],
    ['{ $.latency < 50 }', { latency: 50 }, false],
    ['{ $.refreshRate >= 60 }', { refreshRate: 60 }, true],
    ['{ $.responseTime <= 5 }', { responseTime: 5 }, true],
    ['{ $.errorCode = 400}', { errorCode: 400 }, true],
    ['{ $.errorCode != 500 }', { errorCode: 400 }, true],
    ['{ $.number[0] = 1e+3 }', { number: [1000] }, true],
    ['{ $.number[0] != 1e-3 }', { number: [0.001] }, false],
  ])('%s', (pattern, record, expected) => {
    expect(matchesFilter(pattern, record)).toBe(expected);
  });
});

// Metric filters that AWS asks for. https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
describe('the patterns of the CIS benchmark', () => {
  const root = '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}';
  const denied = '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}';

  test.each<[string, string, object, boolean]>([
    ['root', root, { userIdentity: { type: 'Root' }, eventType: 'AwsApiCall' }, true],
    ['root by a service', root, { userIdentity: { type: 'Root', invokedBy: 'ecr.amazonaws.com' }, eventType: 'AwsApiCall' }, false],
    ['root without a type of event', root, { userIdentity: { type: 'Root' } }, false],
    ['denied', denied, { errorCode: 'AccessDeniedException' }, true],
    ['unauthorized', denied, { errorCode: 'Client.UnauthorizedOperation' }, true],
    ['no error', denied, {}, false],
  ])('%s', (_name, pattern, record, expected) => {
    expect(matchesFilter(pattern, record)).toBe(expected);
  });
});

test.each<[string, object, boolean]>([
  ['{ $.a != "x" }', {}, false],
  ['{ $.a = "x" }', { a: ['x'] }, false],
  ['{ $.a NOT EXISTS }', { a: null }, false],
  ['{ $.a IS FALSE }', { a: false }, true],
  ['{ $.a IS FALSE }', {}, false],
  ['{ $.a[*].b = "x" }', { a: [{ b: 'y' }, { b: 'x' }] }, true],
  ['{ $.a[1].b NOT EXISTS }', { a: [{ b: 'y' }] }, true],
])('%s of %j', (pattern, record, expected) => {
  expect(matchesFilter(pattern, record)).toBe(expected);
});

test.each([
  ['{ $.a = "x" ', 'where } belongs'],
  ['{ a = "x" }', 'where a selector belongs'],
  ['{ $.a EXISTS }', 'operator EXISTS'],
  ['{ $.a IS NOT }', 'has IS NOT'],
  ['{ $.a[*].b[*] = "x" }', 'two wildcards'],
  [`{ ${Array(4).fill('$.a[*] = "x"').join(' || ')} }`, 'too many wildcard selectors'],
  [`{ ${Array(3).fill('$.a = %x%').join(' || ')} }`, 'too many regular expressions'],
  [`{ $.a = "${'x'.repeat(1024)}" }`, '1036 characters'],
])('refuses %.40s', (pattern, message) => {
  expect(() => matchesFilter(pattern, { a: 'y' })).toThrow(message);
});
