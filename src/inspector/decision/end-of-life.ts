/** When the vendor of an operating system stops supporting it. */
export interface EndOfLife {
  readonly name: string;
  /** The day; ISO 8601. */
  readonly since: string;
}

/**
 * When Amazon Inspector discontinued an operating system. For twelve months more it makes a CRITICAL finding of that
 * fact, then it finds nothing at all.
 * https://docs.aws.amazon.com/inspector/latest/user/supported.html#formerly-supported-os
 */
const DISCONTINUED: Record<string, Record<string, string>> = {
  'Alpine Linux': {
    '3.2': '2017-05-01',
    '3.3': '2017-11-01',
    '3.4': '2018-05-01',
    '3.5': '2018-11-01',
    '3.6': '2019-05-01',
    '3.7': '2019-11-01',
    '3.8': '2020-05-01',
    '3.9': '2020-11-01',
    '3.10': '2021-05-01',
    '3.11': '2021-11-01',
    '3.12': '2022-05-01',
    '3.13': '2022-11-01',
    '3.14': '2023-05-01',
    '3.15': '2023-11-01',
    '3.16': '2024-05-23',
    '3.17': '2024-11-22',
    '3.18': '2025-05-09',
    '3.19': '2025-11-01',
    '3.20': '2026-04-01',
  },
  'Amazon Linux': { '': '2021-12-31', '2012': '2021-12-31', '2': '2026-06-30' },
  'CentOS Linux': { 7: '2024-06-30', 8: '2021-12-31' },
  'Debian': { 8: '2020-06-30', 9: '2022-06-30', 10: '2024-06-30', 11: '2026-08-31' },
  'Fedora': {
    33: '2021-11-30',
    34: '2022-06-07',
    35: '2022-12-13',
    36: '2023-05-16',
    37: '2023-12-15',
    38: '2024-05-21',
    39: '2024-11-26',
    40: '2025-05-13',
    41: '2025-11-19',
    42: '2026-05-13',
  },
  'openSUSE Leap': { 15.2: '2021-12-01', 15.3: '2022-12-01', 15.4: '2023-12-07', 15.5: '2024-12-31', 15.6: '2026-04-30' },
  'Oracle Linux': { 6: '2021-03-01', 7: '2024-12-31' },
  'Photon OS': { 2: '2021-12-02', 3: '2024-03-01' },
  'Red Hat Enterprise Linux': { 6: '2020-06-30', 7: '2024-06-30' },
  'SUSE Linux Enterprise Server': {
    12: '2016-06-30',
    12.1: '2017-05-31',
    12.2: '2018-03-31',
    12.3: '2019-06-30',
    12.4: '2020-06-30',
    12.5: '2024-10-31',
    15: '2019-12-31',
    15.1: '2021-01-31',
    15.2: '2021-12-31',
    15.3: '2022-12-31',
    15.4: '2023-12-31',
    15.5: '2024-12-31',
    15.6: '2025-12-31',
  },
  'Ubuntu': {
    '12.04': '2017-04-28',
    '14.04': '2024-04-01',
    '16.04': '2026-04-01',
    '20.10': '2021-07-22',
    '21.04': '2022-01-20',
    '21.10': '2022-07-31',
    '22.10': '2023-07-20',
    '23.04': '2024-01-25',
    '23.10': '2024-07-11',
    '24.10': '2025-07-10',
    '25.04': '2026-01-15',
    '25.10': '2026-07-09',
  },
  'Windows Server': { '2012': '2023-10-10', '2012 R2': '2023-10-10' },
};

/** How the names begin that Inspector gives to platforms, as in DEBIAN_12; several are in use for some. */
const NAMES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^ALPINE(?:_LINUX)?(?=_|$)/, 'Alpine Linux'],
  [/^AMAZON_LINUX(?=_|$)|^AL(?=2(?:$|_)|2023)/, 'Amazon Linux'],
  [/^CENTOS(?:_LINUX)?(?=_|$)/, 'CentOS Linux'],
  [/^DEBIAN(?:_SERVER|_LINUX)?(?=_|$)/, 'Debian'],
  [/^FEDORA(?:_LINUX)?(?=_|$)/, 'Fedora'],
  [/^OPEN_?SUSE(?:_LEAP)?(?=_|$)/, 'openSUSE Leap'],
  [/^ORACLE(?:_LINUX)?(?=_|$)/, 'Oracle Linux'],
  [/^PHOTON(?:_OS)?(?=_|$)/, 'Photon OS'],
  [/^(?:RHEL|RED_?HAT(?:_ENTERPRISE)?(?:_LINUX)?)(?=_|$)/, 'Red Hat Enterprise Linux'],
  [/^(?:SLES|SUSE_LINUX_ENTERPRISE_SERVER)(?=_|$)/, 'SUSE Linux Enterprise Server'],
  [/^UBUNTU(?:_LINUX)?(?=_|$)/, 'Ubuntu'],
  [/^WINDOWS_SERVER(?=_|$)/, 'Windows Server'],
];

/** Since when, or from when on, the vendor of an operating system does not support it. Of one that nobody listed, nothing is known. */
export function endOfLife(operatingSystem: string): EndOfLife | undefined {
  const text = operatingSystem.toUpperCase().replace(/[^A-Z0-9]+/g, '_').replace(/^_|_$/g, '');
  for (const [beginning, name] of NAMES) {
    const found = beginning.exec(text);
    if (!found) continue;
    const written = text.slice(found[0].length).replace(/^_/, '');
    const version = name === 'Windows Server' ? written.replace('_', ' ') : written.replaceAll('_', '.');
    const since = DISCONTINUED[name][version];
    return since === undefined ? undefined : { name: `${name} ${version}`.trim(), since };
  }
  return undefined;
}

/** Of two systems that one image is said to have, the one whose support ends first: the other one hides nothing. */
export function oldestSystem(a: string | undefined, b: string | undefined): string | undefined {
  if (a === b || a === undefined || b === undefined) return a ?? b;
  const key = (system: string) => `${endOfLife(system)?.since ?? 'never'} ${system}`; // days are sorted before words
  return key(a) < key(b) ? a : b;
}
