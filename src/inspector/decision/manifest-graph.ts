import type { ArtifactKind, ImageFacts, ManifestFacts } from '../contract';
import { compare } from './join-findings';

/** Far more platforms than anybody builds for, and few enough to be read. */
export const MAX_MANIFESTS = 1_000;
/** An index in an index is allowed; nobody needs a third. */
export const MAX_DEPTH = 4;

/** What builders write for what is not to be run. */
const NO_PLATFORM = 'unknown/unknown';

export interface ImageNode {
  readonly digest: string;
  readonly platform?: string;
}

export interface ImageTree {
  /** What runs: each is judged. */
  readonly images: readonly ImageNode[];
  readonly artifacts: ReadonlyArray<{ readonly digest: string; readonly kind: ArtifactKind }>;
  readonly defects: readonly Defect[];
}

export interface Defect {
  readonly code: 'NOT_AN_IMAGE' | 'ARTIFACT_FOR_PLATFORM' | 'AMBIGUOUS_MANIFEST' | 'NO_IMAGES' | 'MANIFEST_MISSING' | 'TOO_DEEP' | 'TOO_MANY_MANIFESTS';
  readonly digest: string;
}

/** What an image consists of. Every digest is visited once, so that loops end. */
export function imageTree({ image, manifests }: Pick<ImageFacts, 'image' | 'manifests'>): ImageTree {
  const byDigest = new Map(manifests.map((manifest) => [manifest.digest, manifest]));
  const images = new Map<string, ImageNode>();
  const artifacts = new Map<string, ArtifactKind>();
  const offered = new Set<string>();
  const defects = new Map<string, Defect>();
  const defect = (code: Defect['code'], digest: string) => defects.set(`${code} ${digest}`, { code, digest });

  const root = byDigest.get(image.digest);
  if (root && isArtifact(root.kind)) {
    return { images: [], artifacts: [{ digest: root.digest, kind: root.kind }], defects: [{ code: 'NOT_AN_IMAGE', digest: root.digest }] };
  }
  // Level by level, so that a digest is met at its least depth however the children are ordered.
  const seen = new Set([image.digest]);
  let level: ImageNode[] = [{ digest: image.digest }];
  for (let depth = 0; level.length > 0; depth++) {
    const next: ImageNode[] = [];
    for (const node of level) {
      const manifest: ManifestFacts | undefined = byDigest.get(node.digest);
      if (!manifest) {
        defect('MANIFEST_MISSING', node.digest);
      } else if (manifest.kind === 'IMAGE') {
        images.set(node.digest, node);
      } else if (manifest.kind === 'AMBIGUOUS') {
        defect('AMBIGUOUS_MANIFEST', node.digest);
      } else if (isArtifact(manifest.kind)) {
        artifacts.set(node.digest, manifest.kind);
      } else if (depth >= MAX_DEPTH) {
        defect('TOO_DEEP', node.digest);
      } else {
        for (const child of [...manifest.children ?? []].sort((a, b) => compare(a.digest, b.digest) || compare(a.platform ?? '', b.platform ?? ''))) {
          if (child.platform !== undefined && child.platform !== NO_PLATFORM) offered.add(child.digest);
          if (seen.has(child.digest)) continue;
          if (seen.size >= MAX_MANIFESTS) {
            defect('TOO_MANY_MANIFESTS', image.digest);
            break;
          }
          seen.add(child.digest);
          next.push(child);
        }
      }
    }
    level = next;
  }
  if (images.size === 0 && defects.size === 0) defect('NO_IMAGES', image.digest);
  // By its type no engine should run it; but engines choose by the platform, and there are more of them than are known here.
  else for (const digest of artifacts.keys()) if (offered.has(digest)) defect('ARTIFACT_FOR_PLATFORM', digest);
  return {
    images: [...images.values()].sort((a, b) => compare(a.platform ?? '', b.platform ?? '') || compare(a.digest, b.digest)),
    artifacts: [...artifacts].map(([digest, kind]) => ({ digest, kind })).sort((a, b) => compare(a.digest, b.digest)),
    defects: [...defects.values()].sort((a, b) => compare(a.code, b.code) || compare(a.digest, b.digest)),
  };
}

function isArtifact(kind: ManifestFacts['kind']): kind is ArtifactKind {
  return kind === 'ATTESTATION' || kind === 'SIGNATURE' || kind === 'ARTIFACT';
}
