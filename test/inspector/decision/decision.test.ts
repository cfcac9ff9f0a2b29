import * as ecr from '@aws-sdk/client-ecr';
import * as inspector from '@aws-sdk/client-inspector2';
import * as fc from 'fast-check';
import type { Disposition, Finding, JudgedFinding } from '../../../src/inspector/contract';
import { endOfLife, oldestSystem } from '../../../src/inspector/decision/end-of-life';
import { type JudgedCopy, distinct, joinFindings } from '../../../src/inspector/decision/join-findings';
import { isWorse, scanStatus } from '../../../src/inspector/decision/scan-status';
import { compareVersions, upgradesFor } from '../../../src/inspector/decision/upgrades';
import { few, findingMessage, findingRemedy } from '../../../src/inspector/decision/words';
import { explainPolicy } from '../../../src/inspector/documents/explain-policy';
import { canonical, fingerprint } from '../../../src/inspector/documents/fingerprint';
import * as any from '../arbitraries';
import { NOW, STANDARD, digest, finding, judge, policy, single } from '../facts';

describe('scan status', () => {
  const state = (scanner: 'BASIC' | 'ENHANCED', status: string) => scanStatus({ scanner, status }).state;
  const byState = (scanner: 'BASIC' | 'ENHANCED', statuses: object) => {
    const of = (wanted: string) => Object.values(statuses).filter((status: string) => state(scanner, status) === wanted);
    return { SCANNED: of('SCANNED'), PENDING: of('PENDING'), UNSCANNABLE: of('UNSCANNABLE'), UNREAD: of('UNREAD') };
  };

  test('of Amazon Inspector', () => {
    const states = byState('ENHANCED', inspector.ScanStatusReason);
    expect(states.SCANNED).toEqual(['SCAN_FREQUENCY_SCAN_ON_PUSH', 'SUCCESSFUL']);
    expect(states.PENDING).toEqual(['PENDING_INITIAL_SCAN', 'PENDING_REVIVAL_SCAN', 'SCAN_IN_PROGRESS']);
    expect(state('ENHANCED', 'NOT_COVERED')).toBe('PENDING');
    expect(states.UNSCANNABLE).toEqual([
      'ACCESS_DENIED', 'ACCESS_DENIED_TO_ENCRYPTION_KEY', 'IMAGE_ARCHIVED', 'IMAGE_SIZE_EXCEEDED', 'INTERNAL_ERROR', 'PENDING_DISABLE', 'RESOURCE_TERMINATED',
      'SCAN_ELIGIBILITY_EXPIRED', 'SCAN_FREQUENCY_MANUAL', 'UNSUPPORTED_CONFIG_FILE', 'UNSUPPORTED_MEDIA_TYPE', 'UNSUPPORTED_OS',
    ]);
    // Everything else is about other resources, and never clean.
    expect(states.UNREAD).toHaveLength(Object.values(inspector.ScanStatusReason).length - 5 - 12);
  });

  test('of Amazon ECR', () => {
    const states = byState('BASIC', ecr.ScanStatus);
    expect(states.SCANNED).toEqual(['ACTIVE', 'COMPLETE']);
    expect(states.PENDING).toEqual(['IN_PROGRESS', 'PENDING']);
    expect(state('BASIC', 'SCAN_NOT_FOUND')).toBe('PENDING');
    expect(states.UNSCANNABLE).toEqual(['FAILED', 'IMAGE_ARCHIVED', 'LIMIT_EXCEEDED', 'SCAN_ELIGIBILITY_EXPIRED', 'UNSUPPORTED_IMAGE']);
  });

  test.each(['SUCCESSFUL', 'COMPLETE', 'constructor', '__proto__', '', 'ACTIVE'])('%p of the other service, or of nobody, is not clean', (status) => {
    const other = ['COMPLETE', 'ACTIVE'].includes(status) ? 'ENHANCED' : 'BASIC';
    expect(state(other, status)).toBe('UNREAD');
  });

  test('each that ECR and Inspector document for images has words and a remedy of its own', () => {
    const words = new Set<string>();
    for (const status of ['UNSUPPORTED_OS', 'IMAGE_SIZE_EXCEEDED', 'IMAGE_ARCHIVED', 'ACCESS_DENIED', 'ACCESS_DENIED_TO_ENCRYPTION_KEY', 'INTERNAL_ERROR',
      'SCAN_ELIGIBILITY_EXPIRED', 'SCAN_FREQUENCY_MANUAL', 'RESOURCE_TERMINATED', 'PENDING_DISABLE', 'INACTIVE', 'NO_ANSWER', 'nobody knows']) {
      const { words: said, remedy } = scanStatus({ scanner: 'ENHANCED', status });
      words.add(said);
      expect(remedy).not.toBe('');
    }
    expect(words.size).toBe(13);
    expect(scanStatus({ scanner: 'ENHANCED', status: 'nobody knows' }).words).toBe('has a scan status that is not known here');
    expect(scanStatus({ scanner: 'ENHANCED', status: 'ACCESS_DENIED', detail: 'so it says' }).words).toBe('cannot be read by Amazon Inspector (so it says)');
  });

  test('which of two is worse is certain', () => {
    const told = (status: string, scannedAt?: string) => ({ scanner: 'ENHANCED' as const, status, scannedAt });
    expect(isWorse(told('PENDING_INITIAL_SCAN'), told('SUCCESSFUL'))).toBe(true);
    expect(isWorse(told('SUCCESSFUL'), told('PENDING_INITIAL_SCAN'))).toBe(false);
    expect(isWorse(told('UNSUPPORTED_OS'), told('PENDING_INITIAL_SCAN'))).toBe(true);
    expect(isWorse(told('nobody knows'), told('UNSUPPORTED_OS'))).toBe(true);
    expect(isWorse(told('SUCCESSFUL', 'a'), told('SUCCESSFUL', 'b'))).toBe(true);
    expect(isWorse(told('SUCCESSFUL', 'b'), told('SUCCESSFUL', 'a'))).toBe(false);
    expect(isWorse(told('SUCCESSFUL', 'a'), told('SUCCESSFUL', 'a'))).toBe(false);
    expect(isWorse(told('SUCCESSFUL'), told('SUCCESSFUL', '2026-01-01'))).toBe(true);
    expect(isWorse({ ...told('NOT_COVERED'), detail: 'a' }, { ...told('NOT_COVERED'), detail: 'b' })).toBe(true);
    expect(isWorse({ ...told('NOT_COVERED'), detail: 'b' }, { ...told('NOT_COVERED'), detail: 'a' })).toBe(false);
    expect(isWorse(told('NOT_COVERED'), { ...told('NOT_COVERED'), detail: 'a' })).toBe(true);
  });
});

describe('end of life', () => {
  test.each([
    ['DEBIAN_11', '2026-08-31', 'Debian 11'], ['DEBIAN_8', '2020-06-30', 'Debian 8'], ['ALPINE_LINUX_3_18', '2025-05-09', 'Alpine Linux 3.18'],
    ['ALPINE_3_20', '2026-04-01', 'Alpine Linux 3.20'], ['Alpine Linux 3.2', '2017-05-01', 'Alpine Linux 3.2'], ['AMAZON_LINUX', '2021-12-31', 'Amazon Linux'],
    ['AMAZON_LINUX_2', '2026-06-30', 'Amazon Linux 2'], ['AL2', '2026-06-30', 'Amazon Linux 2'], ['CENTOS_7', '2024-06-30', 'CentOS Linux 7'],
    ['CENTOS_LINUX_8', '2021-12-31', 'CentOS Linux 8'], ['FEDORA_42', '2026-05-13', 'Fedora 42'], ['OPENSUSE_LEAP_15_6', '2026-04-30', 'openSUSE Leap 15.6'],
    ['ORACLE_LINUX_7', '2024-12-31', 'Oracle Linux 7'], ['PHOTON_OS_3', '2024-03-01', 'Photon OS 3'], ['RHEL_7', '2024-06-30', 'Red Hat Enterprise Linux 7'],
    ['REDHAT_ENTERPRISE_LINUX_6', '2020-06-30', 'Red Hat Enterprise Linux 6'], ['RED_HAT_ENTERPRISE_LINUX_7', '2024-06-30', 'Red Hat Enterprise Linux 7'],
    ['SLES_15_6', '2025-12-31', 'SUSE Linux Enterprise Server 15.6'], ['SUSE_LINUX_ENTERPRISE_SERVER_12', '2016-06-30', 'SUSE Linux Enterprise Server 12'],
    ['UBUNTU_16_04', '2026-04-01', 'Ubuntu 16.04'], ['ubuntu-25.10', '2026-07-09', 'Ubuntu 25.10'], ['WINDOWS_SERVER_2012_R2', '2023-10-10', 'Windows Server 2012 R2'],
    ['DEBIAN_SERVER_10', '2024-06-30', 'Debian 10'], ['UBUNTU_LINUX_12_04', '2017-04-28', 'Ubuntu 12.04'], ['PHOTON_2', '2021-12-02', 'Photon OS 2'],
    ['ORACLE_6', '2021-03-01', 'Oracle Linux 6'], ['OPEN_SUSE_15_2', '2021-12-01', 'openSUSE Leap 15.2'],
  ])('%s since %s', (operatingSystem, since, name) => {
    expect(endOfLife(operatingSystem)).toEqual({ name, since });
  });

  test.each(['DEBIAN_12', 'DEBIAN_110', 'DEBIANISH_10', 'AMAZON_LINUX_2023', 'AL2023', 'UBUNTU_24_04', 'ALPINE_LINUX_3_24', 'SCRATCH', '', 'DEBIAN_constructor', 'WOLFI'])(
    '%p has no end that is known', (operatingSystem) => {
      expect(endOfLife(operatingSystem)).toBeUndefined();
    });
});

test('of two systems that an image is said to have, the one whose support ends first counts', () => {
  const both = (a: string | undefined, b: string | undefined) => [oldestSystem(a, b), oldestSystem(b, a)];
  expect(both('DEBIAN_10', 'SCRATCH')).toEqual(['DEBIAN_10', 'DEBIAN_10']);
  expect(both('DEBIAN_11', 'DEBIAN_10')).toEqual(['DEBIAN_10', 'DEBIAN_10']);
  expect(both('SCRATCH', 'WOLFI')).toEqual(['SCRATCH', 'SCRATCH']);
  expect(both(undefined, 'WOLFI')).toEqual(['WOLFI', 'WOLFI']);
  expect(both('DEBIAN_10', 'DEBIAN_10')).toEqual(['DEBIAN_10', 'DEBIAN_10']);
});

describe('versions', () => {
  test.each([
    ['1.2', '1.10'], ['1.0~rc1', '1.0'], ['1.0', '1.0.1'], ['1:1.0', '2:0.1'], ['2.34-9', '2.34-10'], ['1.0', '1.0a'], ['9', '20240101123000123456789'],
    ['1.0~rc1', '1.0~rc2'], ['1.0.0', '1.0.0-1'], ['a', 'b'], ['1.01', '1.1'], ['0.9', '00.10'], ['', '1'], ['1-a', '1-b2'], ['9', 'a'],
  ])('%s is before %s', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
    expect(compareVersions(older, older)).toBe(0);
  });

  test('have one order', () => {
    const version = fc.stringMatching(/^[012~.a]{0,6}$/);
    fc.assert(fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }), { numRuns: 3_000 });
  });
});

test('upgrades: the worst first, then what mends most, to the newest fix that is named', () => {
  const judged = (id: string, ...packages: Finding['packages']): JudgedFinding => ({ ...finding({ id, packages }), disposition: 'BLOCKING', images: [] });
  expect(upgradesFor([
    judged('CVE-1', { name: 'zlib', version: '1.2', fixedIn: '1.3' }),
    judged('CVE-2', { name: 'a', version: '1', fixedIn: '1.9', manager: 'OS' }, { name: 'b', version: '1', fixedIn: '2', manager: 'NPM' }, { name: 'c' }),
    judged('CVE-3', { name: 'b', version: '10', fixedIn: '11', manager: 'NPM' }, { name: 'a', version: '1', fixedIn: '1.10', manager: 'NPM' }),
    judged('CVE-4', { name: 'b', version: '9', fixedIn: '3', manager: 'NPM' }, { name: 'b', fixedIn: '3', manager: 'NPM' }),
  ])).toEqual([
    { package: 'zlib', manager: undefined, from: ['1.2'], to: '1.3', mends: ['CVE-1'] },
    { package: 'b', manager: 'NPM', from: ['1', '9', '10'], to: '11', mends: ['CVE-2', 'CVE-3', 'CVE-4'] },
    { package: 'a', manager: 'OS', from: ['1'], to: '1.9', mends: ['CVE-2'] },
    { package: 'a', manager: 'NPM', from: ['1'], to: '1.10', mends: ['CVE-3'] },
  ]);
});

const copy = (found: Finding, more: Partial<JudgedCopy> = {}): JudgedCopy => ({ finding: found, disposition: 'NO_RULE', rules: [], images: [digest(1)], ...more });
const joinedOf = (...found: Finding[]) => joinFindings(found.map((each) => copy(each)), STANDARD).map((each) => each.finding);

test('copies of a finding that are equally bad are told as one, each member of the worst, in whatever order', () => {
  const a = finding({ severity: 'LOW', status: 'SUPPRESSED', fix: 'UNKNOWN', epss: 0.1, title: 'b', knownSince: '2026-02-01', knownExploited: undefined });
  const b = finding({
    severity: 'HIGH', status: 'CLOSED', fix: 'PARTIAL', epss: 0.2, title: 'a', exploitAvailable: true, knownSince: '2026-01-01', packages: [{ name: 'a' }, { name: 'a' }],
  });
  const expected = {
    ...a,
    severity: 'HIGH',
    status: 'SUPPRESSED',
    fix: 'PARTIAL',
    epss: 0.2,
    title: 'a',
    url: undefined,
    score: undefined,
    exploitAvailable: true,
    knownExploited: false,
    knownSince: '2026-01-01',
    packages: [{ name: 'a' }, { name: 'openssl', version: '3.0.1', manager: 'OS' }],
  };
  expect(joinedOf(a, b)).toEqual([expected]);
  expect(joinedOf(b, a)).toEqual([expected]);
  expect(joinedOf(b, a, b)).toEqual([expected]);
});

test('of copies that are not, the worse is told alone; what they break and where they are is told once', () => {
  const [bad, good] = [finding({ title: 'bad' }), finding({ title: 'good' })];
  const blocking = copy(bad, { disposition: 'BLOCKING', rules: ['b'], images: [digest(2)], graceUntil: '2027' });
  for (const copies of [[blocking, copy(good)], [copy(good), blocking]]) expect(joinFindings(copies, STANDARD)).toEqual([blocking]);
  expect(joinFindings([blocking, copy(bad, { disposition: 'BLOCKING', rules: ['b', 'a'], graceUntil: '2026' })], STANDARD)).toEqual([
    copy(bad, { disposition: 'BLOCKING', rules: ['a', 'b'], images: [digest(1), digest(2)], graceUntil: '2026' }),
  ]);
  expect(joinFindings([copy(good), copy(good)], STANDARD)).toEqual([copy(good)]);
  expect(joinFindings([copy(good), copy(finding({ id: 'CVE-2' }))], STANDARD)).toHaveLength(2);
});

test('worst first: blocking, in grace, within a limit, no rule, excepted, suppressed, closed', () => {
  const order: Disposition[] = ['BLOCKING', 'IN_GRACE', 'WITHIN_LIMIT', 'NO_RULE', 'EXCEPTED', 'SUPPRESSED', 'CLOSED'];
  order.slice(1).forEach((better, index) => {
    const [worse, ...none] = joinFindings([better, order[index]].map((disposition) => copy(finding(), { disposition })), STANDARD);
    expect([worse.disposition, none]).toEqual([order[index], []]);
  });
});

test.each<[keyof Finding, unknown, unknown, unknown]>([
  ['severity', 'UNTRIAGED', 'LOW', 'UNTRIAGED'], ['severity', 'LOW', 'MEDIUM', 'MEDIUM'],
  ['severity', 'UNTRIAGED', 'UNTRIAGED', 'UNTRIAGED'], ['severity', 'UNTRIAGED', 'CRITICAL', 'CRITICAL'],
  ['status', 'CLOSED', 'ACTIVE', 'ACTIVE'], ['status', 'SUPPRESSED', 'ACTIVE', 'ACTIVE'],
  ['fix', 'NO', 'UNKNOWN', 'UNKNOWN'], ['fix', 'PARTIAL', 'YES', 'PARTIAL'], ['fix', 'NO', 'YES', 'PARTIAL'], ['fix', 'UNKNOWN', 'YES', 'YES'],
  ['fix', 'NO', 'NO', 'NO'], ['fix', 'PARTIAL', 'NO', 'PARTIAL'],
  ['exploitAvailable', undefined, false, false], ['exploitAvailable', undefined, true, true], ['knownExploited', false, true, true],
  ['epss', undefined, 0, 0], ['epss', 0.1, 0.02, 0.1], ['score', undefined, 9.8, 9.8],
  ['title', undefined, 'a', 'a'], ['url', 'https://b', 'https://a', 'https://a'], ['knownSince', undefined, '2026-01-01', '2026-01-01'],
])('two answers about the %s of a finding, %p and %p, are %p whichever comes first', (member, one, other, expected) => {
  for (const [first, second] of [[one, other], [other, one]]) {
    const [merged] = joinedOf(finding({ [member]: first }), finding({ [member]: second }));
    expect(merged[member]).toBe(expected);
  }
});

test('copies are joined in time that grows with their number', () => {
  const copies = Array.from({ length: 40_000 }, (_, at) => copy(finding({ packages: [{ name: `package-${at % 20_000}` }] }), { images: [digest(at % 1_000)] }));
  const started = performance.now();
  const [one] = joinFindings(copies, STANDARD);
  expect([one.finding.packages.length, one.images.length]).toEqual([20_000, 1_000]);
  expect(performance.now() - started).toBeLessThan(2_000); // a tenth of that; a minute where each is joined with all before it
});

test('packages that differ in anything are not the same, and have one order', () => {
  const packages: Finding['packages'] = [
    { name: 'a' }, { name: 'a', path: '/usr' }, { name: 'a', manager: 'OS' }, { name: 'a', fixedIn: '2' }, { name: 'a', version: '1' }, { name: 'a', version: '3' }, { name: 'b' },
  ];
  expect(distinct([...packages, ...packages].reverse())).toEqual(packages);
  expect(distinct([...packages, ...packages])).toEqual(packages);
});

describe('words', () => {
  test.each<[Partial<Finding>, string, string]>([
    [{}, 'high CVE-2026-0001 in openssl 3.0.1', 'there is no fix yet: remove the package or choose another base image, or except it until it is fixed'],
    [{ severity: 'UNTRIAGED', packages: [] }, 'untriaged (not rated yet) CVE-2026-0001', expect.stringMatching(/^there is no fix/) as unknown as string],
    [{ knownExploited: true, exploitAvailable: true, epss: 0.9, score: 10 },
      'high CVE-2026-0001 in openssl 3.0.1: known to be exploited, an exploit is available, EPSS 0.9, score 10', expect.anything() as unknown as string],
    [{ fix: 'YES' }, expect.anything() as unknown as string, 'upgrade the package: there is a fix, but the scanner does not name its version'],
    [{ fix: 'PARTIAL' }, expect.anything() as unknown as string, expect.stringMatching(/^upgrade the package/) as unknown as string],
    [{ fix: 'UNKNOWN' }, expect.anything() as unknown as string, 'look whether there is a fix: the scanner does not tell'],
    [{ fix: 'PARTIAL', packages: [{ name: 'a', fixedIn: '2' }, { name: 'b' }] }, 'high CVE-2026-0001 in a, b', 'upgrade a to 2 or later; the other packages have no fix yet'],
    [{ fix: 'YES', packages: [{ name: 'a', fixedIn: '2' }, { name: 'a', path: '/x' }] }, 'high CVE-2026-0001 in a', 'upgrade a to 2 or later'],
    [{ fix: 'PARTIAL', packages: [{ name: 'a', fixedIn: '2' }, { name: 'b', fixedIn: '3' }] }, 'high CVE-2026-0001 in a, b', 'upgrade a to 2 or later, b to 3 or later'],
  ])('%j', (more, message, remedy) => {
    expect(findingMessage(finding(more))).toEqual(message);
    expect(findingRemedy(finding(more))).toEqual(remedy);
  });

  test('name three and count the rest', () => {
    expect(few(['a', 'b', 'c', 'a'])).toBe('a, b, c');
    expect(few(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
  });
});

test('the fingerprint is the same for the same policy, and another one for any other', () => {
  fc.assert(fc.property(any.policy, any.policy, (a, b) => {
    const reordered = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries({ ...a, rules: [...a.rules].reverse() }).reverse())));
    expect(fingerprint(reordered)).toBe(fingerprint(a));
    const sorted = (each: typeof a) => ({ ...each, rules: [...each.rules].sort((x, y) => (x.name < y.name ? -1 : 1)) });
    let same = true;
    try {
      expect(sorted(a)).toEqual(sorted(b));
    } catch {
      same = false;
    }
    expect(fingerprint(a) === fingerprint(b)).toBe(same);
  }));
});

test('the fingerprint tells policies apart by what a rule says, and stays what it is from version to version', () => {
  const one = policy([{ name: 'a', packageTypes: ['OS', 'LANGUAGE'], graceDays: { HIGH: 7, CRITICAL: 0 } }]);
  expect(fingerprint(one)).toBe('91a8ff6a964268b0');
  expect(fingerprint(STANDARD)).toBe('99c42647511fcf44');
  expect(fingerprint(policy([{ name: 'a', max: 1 }]))).not.toBe(fingerprint(policy([{ name: 'a', max: 2 }])));
  expect(fingerprint(policy([{ name: 'a', packageTypes: ['OS'] }]))).not.toBe(fingerprint(policy([{ name: 'a', packageTypes: ['LANGUAGE'] }])));
});

test('JSON that is the same however its members are ordered', () => {
  expect(canonical({ b: [{ d: 1, c: null }, 'x'], a: undefined, A: true })).toBe('{"A":true,"b":[{"c":null,"d":1},"x"]}');
});

test('a policy is explained', () => {
  expect(explainPolicy(policy([
    { name: 'some', max: 3, minSeverity: 'CRITICAL' }, {
      name: 'all',
      minSeverity: 'HIGH',
      fixable: true,
      exploitAvailable: true,
      knownExploited: true,
      minEpss: 0.1,
      minInspectorScore: 9,
      packageTypes: ['OS', 'LANGUAGE'],
      graceDays: { HIGH: 7, CRITICAL: 0 },
      missingData: 'IGNORED',
    },
    { name: 'any', missingData: 'IGNORED' },
  ]))).toEqual([
    'Policy test rejects an image',
    '- with more than 3 critical findings (some)',
    '- with any high or worse finding that has a fix and has an exploit and is known to be exploited and has an EPSS of 0.1 or more and has a score of 9 or more'
      + ' and is in an operating system package or a language package and has been known for 7 days (high), 0 days (critical), as far as that is known (all)',
    '- with any finding (any)',
    '- that cannot be scanned',
    'A finding that nobody has rated is taken for critical.',
    'Suppressed findings do not count, closed ones do not.',
    'Nothing is approved within 120 seconds of a scan.',
  ]);
  expect(explainPolicy(policy([{ name: 'a' }], { endOfLife: 'REJECT', onUnscannable: 'APPROVE', suppressed: 'COUNT', closed: 'COUNT', settleSeconds: 0 }))).toEqual([
    'Policy test rejects an image', '- with any finding (a)', '- whose operating system its vendor no longer supports',
    'A finding that nobody has rated is taken for critical.', 'Suppressed findings count, closed ones count.',
    'An image that cannot be scanned is approved.', 'Nothing is approved within 0 seconds of a scan.',
  ]);
});

test('now is never taken from the machine', () => {
  expect(NOW.getTime()).not.toBe(Date.now());
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => {
    throw new Error('a clock');
  });
  try {
    expect(judge(single([finding()], { operatingSystem: 'DEBIAN_10' }))).toBeDefined();
  } finally {
    clock.mockRestore();
  }
});
