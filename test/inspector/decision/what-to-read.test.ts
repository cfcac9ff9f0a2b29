import { whatToRead } from '../../../src/inspector/decision/what-to-read';
import { STANDARD, policy } from '../facts';

test('a policy asks for no more than it needs', () => {
  expect(whatToRead(STANDARD)).toEqual({ statuses: ['ACTIVE', 'SUPPRESSED'], askAboutExploits: true });
  expect(whatToRead(policy([{ minSeverity: 'HIGH' }, { exploitAvailable: true }], { closed: 'COUNT' }))).toEqual({
    statuses: ['ACTIVE', 'SUPPRESSED', 'CLOSED'], askAboutExploits: false,
  });
});
