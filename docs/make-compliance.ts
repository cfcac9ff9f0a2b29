/**
 * Writes the tables of docs/compliance.md from the claims that a test executes, and from what the judges say. Run by
 * `npx projen docgen`; a test fails when the page is older than the code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim } from './compliance/claim';
import { SUBJECTS } from './compliance/claims';
import { CONTROLS, type Control, type ControlId, pageOf } from './compliance/controls';
import { ADVICE, GRANTEES, GRANTS, findingsOf, ruleAndPack } from './compliance/own-roles';
import { SKIPS } from '../test/judges/checkov-skips';

export const COMPLIANCE = join(__dirname, 'compliance.md');

/** What stands between a mark of this name and the end mark. */
export const PARTS: Record<string, () => string[]> = { constructs, mapping, 'own-roles': ownRoles, advice, checkov };

/** The page with its tables made anew. */
export function compliancePage(): string {
  return readFileSync(COMPLIANCE, 'utf8').replace(
    /(<!-- ([\w-]+) -->\n)[^]*?(<!-- end -->)/g,
    (_all, begin: string, name: string, end: string) => `${begin}\n${PARTS[name]().join('\n')}\n\n${end}`,
  );
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`.replaceAll('| --- ', '|---').replace('|--- |', '|---|'));
}

const linked = (id: ControlId) => `[${id}](${pageOf(id)})`;
const row = ({ control, says }: Claim) => [linked(control), CONTROLS[control].title, says];

function constructs(): string[] {
  return SUBJECTS.flatMap(({ name, claims }) => {
    const [met, gaps] = [true, false].map((is) => claims.filter((claim) => claim.met === is).map(row));
    return [
      `### ${name}`, '',
      ...table(['control', 'asks that', 'met by default'], met), '',
      ...gaps.length > 0 ? [...table(['control', 'asks that', 'not met by default: why, and what to do'], gaps), ''] : [],
    ];
  }).slice(0, -1);
}

function mapping(): string[] {
  return table(['control', 'CIS AWS Foundations', 'NIST SP 800-53', 'PCI DSS'], Object.entries<Control>(CONTROLS)
    .filter(([, { cis, nist, pci }]) => cis || nist || pci)
    .map(([id, { cis = '', nist = '', pci = '' }]) => [linked(id as ControlId), cis, nist, pci]));
}

function ownRoles(): string[] {
  const said = (grantee: string, grant: string) => [...new Set(findingsOf(grantee, grant).map((id) => `\`${ruleAndPack(id)[0]}\``))].join(', ') || 'nothing';
  return table(['grant', ...Object.keys(GRANTEES).map((grantee) => `to ${grantee}`)], Object.keys(GRANTS).map(
    (grant) => [`\`${grant}\``, ...Object.keys(GRANTEES).map((grantee) => said(grantee, grant))],
  ));
}

function advice(): string[] {
  const all = Object.keys(GRANTEES).flatMap((grantee) => Object.keys(GRANTS).flatMap((grant) => findingsOf(grantee, grant)));
  const packs = (rule: string) => [...new Set(all.map(ruleAndPack).filter(([of]) => of === rule).map(([, pack]) => pack))];
  return table(['rule', 'packs', 'what to do'], Object.entries(ADVICE).map(([rule, what]) => [`\`${rule}\``, packs(rule).join(', '), what]));
}

function checkov(): string[] {
  return table(['check', 'of', 'why it says nothing here'], SKIPS.map(({ check, title, type, reason }) => [`${check}: ${title}`, `\`${type}\``, reason]));
}

if (require.main === module) writeFileSync(COMPLIANCE, compliancePage());
