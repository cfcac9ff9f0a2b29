import * as fc from 'fast-check';
import type { ExceptionDocument, Finding, VulnerablePackage } from '../../../src/inspector/contract';
import { matches } from '../../../src/inspector/decision/apply-exceptions';
import { IMAGE, NOW, STANDARD, digest, finding, index, judge, policy, single } from '../facts';

const ANY = policy([{}]);
const except = (more: Partial<ExceptionDocument>): ExceptionDocument => ({
  vulnerability: 'CVE-2026-0001', owner: 'team-a', reason: 'accepted', expires: '2027-01-01', ...more,
});
const openssl: VulnerablePackage = { name: 'openssl', version: '3.0.1', manager: 'OS' };
const libssl: VulnerablePackage = { name: 'libssl3', version: '3.0.1', manager: 'OS' };
const of = (found: Partial<Finding>, ...exceptions: ExceptionDocument[]) => judge(single([finding(found)]), ANY, exceptions);

describe('scope', () => {
  test.each<[Partial<ExceptionDocument>, boolean]>([
    [{ package: 'openssl' }, true],
    [{ package: 'OpenSSL' }, false],
    [{ package: 'libssl3' }, false],
    [{ repository: 'shop/web' }, true],
    [{ repository: 'shop/*' }, true],
    [{ repository: '*' }, true],
    [{ repository: 'shop' }, false],
    [{ repository: 'shop/web/*' }, false],
    [{ image: IMAGE.digest }, true],
    [{ image: digest(9) }, false],
    [{ package: 'openssl', repository: 'other' }, false],
    [{ package: 'openssl', repository: 'shop/web', image: IMAGE.digest }, true],
    [{ vulnerability: 'CVE-2026-00010', repository: '*' }, false],
    [{ vulnerability: 'cve-2026-0001', repository: '*' }, true],
  ])('%j covers it: %s', (scope, covered) => {
    expect(of({}, except(scope)).status).toBe(covered ? 'APPROVED' : 'REJECTED');
  });

  test('an image is named by its own digest or by that of its index', () => {
    const two = index([finding()], [finding()]);
    expect(judge(two, ANY, [except({ image: IMAGE.digest })]).status).toBe('APPROVED');
    expect(judge(two, ANY, [except({ image: digest(2) })])).toMatchObject({ status: 'REJECTED', reasons: [{ images: [digest(3)] }], exceptions: [{ state: 'USED' }] });
  });

  test('a package that is not covered still counts, and is all that is told', () => {
    const both = { packages: [openssl, libssl] };
    expect(of(both, except({ package: 'openssl' })).reasons).toMatchObject([{ message: 'high CVE-2026-0001 in libssl3 3.0.1', finding: { packages: [libssl] } }]);
    expect(of(both, except({ package: 'openssl' }), except({ package: 'libssl3' })).status).toBe('APPROVED');
    expect(of(both, except({ repository: '*' })).status).toBe('APPROVED');
  });

  test('of a finding without packages only the whole can be excepted', () => {
    expect(of({ packages: [] }, except({ package: 'openssl' })).status).toBe('REJECTED');
    expect(of({ packages: [] }, except({ repository: '*' })).status).toBe('APPROVED');
    expect(of({ packages: [], fix: 'YES' }, except({ repository: '*', expires: undefined, untilFixed: true })).status).toBe('REJECTED');
  });
});

describe('until there is a fix', () => {
  const until = (scope: Partial<ExceptionDocument> = { repository: '*' }) => except({ ...scope, expires: undefined, untilFixed: true });

  test.each<[Partial<Finding>, boolean]>([
    [{ fix: 'NO' }, true],
    [{ fix: 'YES' }, false],
    [{ fix: 'UNKNOWN' }, false],
    [{ fix: 'NO', packages: [{ ...openssl, fixedIn: '3.0.7' }] }, false],
    [{ fix: 'PARTIAL', packages: [openssl] }, false],
    [{ fix: 'PARTIAL', packages: [] }, false],
    [{ fix: 'PARTIAL', packages: [openssl, { ...libssl, fixedIn: '3.0.7' }] }, false],
  ])('%j holds: %s', (found, holds) => {
    expect(of(found, until()).status).toBe(holds ? 'APPROVED' : 'REJECTED');
  });

  test('ends for each package by itself; what is left is fixable or not by its own', () => {
    const partial = { fix: 'PARTIAL' as const, packages: [openssl, { ...libssl, fixedIn: '3.0.7' }] };
    const verdict = of(partial, until());
    expect(verdict).toMatchObject({ status: 'REJECTED', exceptions: [{ state: 'USED' }], reasons: [{ finding: { fix: 'PARTIAL', packages: [{ name: 'libssl3' }] } }] });
    const fixableOnly = judge(single([finding(partial)]), policy([{ fixable: true }]), [except({ package: 'libssl3' })]);
    expect(fixableOnly).toMatchObject({ status: 'APPROVED', tolerated: [{ fix: 'NO', packages: [{ name: 'openssl' }] }] });
  });

  test('what an exception leaves is as fixable as it was, as far as that is known', () => {
    const zlib: VulnerablePackage = { name: 'zlib1g', version: '1.2', manager: 'OS' };
    const left = (found: Partial<Finding>) => judge(single([finding(found)]), policy([{ fixable: true }]), [except({ package: 'zlib1g' })]);
    expect(left({ fix: 'UNKNOWN', packages: [openssl, zlib] })).toMatchObject({ status: 'REJECTED', reasons: [{ finding: { fix: 'UNKNOWN', packages: [openssl] } }] });
    expect(left({ fix: 'YES', packages: [openssl, zlib] })).toMatchObject({ status: 'REJECTED', reasons: [{ finding: { fix: 'YES', packages: [openssl] } }] });
    expect(left({ fix: 'PARTIAL', packages: [openssl, { ...libssl, fixedIn: '3.0.7' }, zlib] })).toMatchObject({
      status: 'REJECTED', reasons: [{ finding: { fix: 'PARTIAL', packages: [{ name: 'libssl3' }, { name: 'openssl' }] } }],
    });
  });
});

test('attack: where a scanner names no version, a fix for some packages may be one for each of them', () => {
  const nameless = finding({ fix: 'PARTIAL', packages: [openssl, libssl] });
  expect(judge(single([nameless]), STANDARD, [except({ package: 'openssl' })])).toMatchObject({
    status: 'REJECTED', reasons: [{ finding: { fix: 'UNKNOWN', packages: [libssl] } }],
  });
});

describe('what is told of exceptions', () => {
  test('those that concern the repository, used or not; those for other images and repositories are not', () => {
    const exceptions = [
      except({ repository: 'other' }), except({ image: digest(9) }), except({ vulnerability: 'CVE-2', repository: '*' }),
      except({ vulnerability: 'CVE-3', image: IMAGE.digest, expires: '2026-01-01' }), except({ package: 'openssl' }),
    ];
    expect(judge(single([finding()]), ANY, exceptions).exceptions.map(({ exception, state }) => [exception.vulnerability, state]))
      .toEqual([['CVE-2', 'UNUSED'], ['CVE-2026-0001', 'USED'], ['CVE-3', 'EXPIRED']].sort());
  });

  test('an exception ends with the moment it names', () => {
    expect(of({}, except({ repository: '*', expires: NOW.toISOString() })).exceptions).toMatchObject([{ state: 'EXPIRED' }]);
    expect(of({}, except({ repository: '*', expires: '2026-11-22T12:00:00.001Z' })).exceptions).toMatchObject([{ state: 'USED' }]);
    expect(of({}, except({ repository: '*', expires: '2026-11-22' })).exceptions).toMatchObject([{ state: 'EXPIRED' }]);
  });

  test('one that holds on one platform and has ended on another is in use', () => {
    const two = index([finding()], [finding({ fix: 'YES' })]);
    expect(judge(two, ANY, [except({ repository: '*', untilFixed: true })]).exceptions).toMatchObject([{ state: 'USED' }]);
  });

  test('a finding that is suppressed anyway needs no exception', () => {
    expect(judge(single([finding({ status: 'SUPPRESSED' })]), STANDARD, [except({ repository: '*' })]).exceptions).toMatchObject([{ state: 'UNUSED' }]);
  });
});

describe('repositories with *', () => {
  test.each<[string, string, boolean]>([
    ['a*b', 'ab', true], ['a*b', 'axxb', true], ['a*b', 'axbx', false], ['*a*', 'xxaxx', true], ['*a*', 'xx', false],
    ['a*a', 'a', false], ['ab*ba', 'aba', false], ['*', '', true], ['**', 'x', true], ['a*b*c', 'a1b2c', true], ['a*b*c', 'acb', false],
    ['a*bc*c', 'abc', false], ['a*', 'b', false], ['*b', 'a', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test('is as the regular expression says, and takes no time', () => {
    const word = fc.stringMatching(/^[ab*]{0,8}$/);
    fc.assert(fc.property(word, fc.stringMatching(/^[ab]{0,8}$/), (pattern, text) => {
      expect(matches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }), { numRuns: 2_000 });
    const started = Date.now();
    expect(matches('*a'.repeat(100), 'a'.repeat(100_000) + 'b')).toBe(false);
    expect(Date.now() - started).toBeLessThan(1_000);
  });
});
