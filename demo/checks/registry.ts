import type { Capability } from './check';

interface Rule {
  readonly ScanFrequency: string;
  readonly RepositoryFilters: { readonly Filter: string }[];
}

/** What EcrRegistry promises. */
export const registry: Capability = {
  title: 'EcrRegistry',
  checks: [
    {
      id: 'registry-scanning',
      tried: 'the scanning configuration of the account and Region is read back',
      expected: 'ENHANCED: CONTINUOUS_SCAN of *',
      run: async ({ aws }) => {
        const [{ properties }] = await aws.resources('AWS::ECR::RegistryScanningConfiguration');
        const rules = (properties.Rules as Rule[]).map(({ ScanFrequency, RepositoryFilters }) =>
          `${ScanFrequency} of ${RepositoryFilters.map(({ Filter }) => Filter).join(', ')}`);
        return { answer: `${properties.ScanType}: ${rules.join(', ')}` };
      },
    },
  ],
  notProven: ['That Amazon Inspector is switched on and scans: the local AWS records the setting and does nothing with it.'],
};
