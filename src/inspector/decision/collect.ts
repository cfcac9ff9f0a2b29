import type { ImageFacts, JudgedFinding, PolicyDocument, Reason, ReasonKind } from '../contract';
import { compare, joinFindings } from './join-findings';
import { type JudgedPlatform, isUnjudged } from './judge-platform';
import { type ImageTree } from './manifest-graph';
import { rankOf } from './severity';
import { DEFECTS, findingMessage, findingRemedy } from './words';

const KINDS: readonly ReasonKind[] = ['NOT_AN_IMAGE', 'UNSCANNABLE', 'END_OF_LIFE', 'FINDING', 'PENDING'];

/** A finding of the image, with the rules that it breaks. */
export interface Collected {
  readonly finding: JudgedFinding;
  readonly rules: readonly string[];
}

/** The findings of all platforms, each vulnerability once; worst first. */
export function collectFindings(platforms: readonly JudgedPlatform[], policy: PolicyDocument): Collected[] {
  return joinFindings(platforms.flatMap(({ findings }) => findings), policy)
    .map(({ finding, disposition, graceUntil, rules, images }) => ({ finding: { ...finding, disposition, graceUntil, images }, rules }))
    .sort((a, b) => worstFirst(a.finding, b.finding));
}

function worstFirst(a: JudgedFinding, b: JudgedFinding): number {
  return Number(b.knownExploited ?? false) - Number(a.knownExploited ?? false)
    || rankOf(b.severity) - rankOf(a.severity)
    || Number(b.exploitAvailable ?? false) - Number(a.exploitAvailable ?? false)
    || (b.epss ?? 0) - (a.epss ?? 0)
    || compare(a.id, b.id);
}

interface Judged {
  readonly facts: ImageFacts;
  readonly tree: ImageTree;
  readonly platforms: readonly JudgedPlatform[];
  readonly policy: PolicyDocument;
  readonly findings: readonly Collected[];
}

/** Why the image is not approved; none if it is. */
export function collectReasons({ facts, tree, platforms, policy, findings }: Judged): Reason[] {
  const reasons: Reason[] = [];
  const add = (kind: ReasonKind, code: string, digest: string, words: string, remedy: string) => {
    const same = reasons.find((reason) => reason.kind === kind && reason.code === code && reason.remedy === remedy);
    if (same) (same.images as string[]).push(digest);
    else reasons.push({ kind, code, rules: [], message: words, remedy, images: [digest] });
  };
  for (const { code, digest } of tree.defects) {
    const { words, remedy } = DEFECTS[code];
    add(code === 'NOT_AN_IMAGE' ? 'NOT_AN_IMAGE' : 'UNSCANNABLE', code, digest, words, remedy);
  }
  if (facts.incomplete !== undefined) {
    add('UNSCANNABLE', 'INCOMPLETE', facts.image.digest, facts.incomplete, 'mend what is found so far, and judge it again');
  }
  for (const { node, scan, scanStatus, wait, endOfLife } of platforms) {
    const { state, words, remedy } = scanStatus;
    if (state === 'PENDING') add('PENDING', scan.status, node.digest, words, remedy);
    if (isUnjudged(scanStatus, policy)) add('UNSCANNABLE', scan.status, node.digest, words, remedy);
    if (wait && !wait.over) add('PENDING', wait.code, node.digest, wait.words, 'wait: it is judged again when its findings are there');
    if (wait?.over) {
      add('UNSCANNABLE', wait.code, node.digest, wait.words, 'judge it again; if that does not help, push it again');
    }
    if (endOfLife && policy.endOfLife === 'REJECT') {
      add('END_OF_LIFE', scan.operatingSystem!, node.digest, `runs ${endOfLife.name}, which has had no updates since ${endOfLife.since}`,
        'choose a base image whose vendor still supports it');
    }
  }
  for (const { rules, finding } of findings) {
    if (finding.disposition !== 'BLOCKING') continue;
    const { id, images } = finding;
    reasons.push({ kind: 'FINDING', code: id, rules, message: findingMessage(finding), remedy: findingRemedy(finding), images, finding });
  }
  // Findings keep their order, worst first.
  return reasons.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.kind === 'FINDING' ? 0 : compare(a.code, b.code)));
}
