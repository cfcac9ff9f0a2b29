import type { ManifestChild, ManifestFacts, ManifestKind } from '../contract';
import { AnswerError, list, object, optionalObject, required, text } from './value';

const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
/** Layers that containerd unpacks, whatever the image is configured as. */
const LAYER_OF_CONTAINERD = /^application\/vnd\.(?:oci\.image\.layer\.|docker\.image\.rootfs\.|erofs\.)/i;
/**
 * Types that Docker takes both for a configuration and for a layer: more than the specification knows, in any case, because
 * of old registries. https://github.com/moby/moby/blob/master/daemon/internal/distribution/registry.go
 */
const TAKEN_BY_DOCKER = /^(?:|(?:application\/(?:octet-stream|json|vnd\.oci\.image|vnd\.docker)|text\/html)(?:\..*)?)$/i;
const SIGNATURE = /cncf\.notary\.signature|dev\.cosign\.simplesigning|dev\.sigstore\.bundle|application\/cose|application\/jose/;
const ATTESTATION = /in-toto|slsa|spdx|cyclonedx|dev\.cosign\.attestation|dsse/i;

/**
 * What a manifest is, told by what it holds. What it says of itself (platform unknown/unknown, an annotation, an artifact
 * type) is not believed: an image that calls itself an attestation would never be judged, and runs all the same.
 *
 * @param body the manifest as the registry keeps it
 */
export function manifestFacts(digest: string, body: string, place: string): ManifestFacts {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new AnswerError(place, 'be a manifest in JSON', body);
  }
  const manifest = object(parsed, place);
  if (hasTwin(manifest)) return { digest, kind: 'AMBIGUOUS' };
  const mediaType = text(manifest, 'mediaType', place);
  const children = list(manifest, 'manifests', place);
  const isConfigured = ['config', 'layers', 'fsLayers'].some((member) => Object.hasOwn(manifest, member));
  const isIndex = mediaType !== undefined ? INDEXES.includes(mediaType) : Object.hasOwn(manifest, 'manifests');
  // An engine goes by the media type that the registry gives beside the manifest, another one by that inside, or by members.
  if (isConfigured && (isIndex || children.length > 0)) return { digest, kind: 'AMBIGUOUS' };
  if (isIndex) return { digest, kind: 'INDEX', children: children.map((each, index) => child(each, `${place}.manifests[${index}]`)) };
  return { digest, kind: kindOf(manifest, place) };
}

/** What decides here, as it may be written and as it is. */
const MEMBERS = new Map([
  'artifactType', 'config', 'digest', 'fsLayers', 'layers', 'manifests', 'mediaType', 'platform', 'os', 'architecture', 'variant',
].map((name) => [fold(name), name]));

/**
 * Whether a member is there that is one of ours but for its case: we would go by ours, and engines, which are written in Go, by
 * the last of both. https://pkg.go.dev/encoding/json#Unmarshal
 */
function hasTwin(manifest: Readonly<Record<string, unknown>>): boolean {
  const [children, layers] = [manifest.manifests, manifest.layers].map((each) => Array.isArray(each) ? each.filter(isObject) : []);
  const all = [manifest, manifest.config, ...layers, ...children, ...children.map(({ platform }) => platform)];
  return all.filter(isObject).some((each) => Object.keys(each).some((name) => (MEMBERS.get(fold(name)) ?? name) !== name));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** As Go does, which takes the Kelvin sign for a k, and the long s for an s. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

function kindOf(manifest: Readonly<Record<string, unknown>>, place: string): ManifestKind {
  const layers = list(manifest, 'layers', place).map((each, index) => text(object(each, `${place}.layers[${index}]`), 'mediaType', place) ?? '');
  const config = optionalObject(manifest, 'config', place);
  const configType = (config && text(config, 'mediaType', `${place}.config`)) ?? '';
  const looksLikeImage = TAKEN_BY_DOCKER.test(configType);
  // Where a type is missing for us, an engine may have read one: of two members with one name, Go keeps what the later one leaves out.
  if (layers.some((type) => type === '' || LAYER_OF_CONTAINERD.test(type) || (looksLikeImage && TAKEN_BY_DOCKER.test(type)))) return 'IMAGE';
  const says = [text(manifest, 'artifactType', place), configType, ...layers].filter((type) => type !== undefined);
  const only = (pattern: RegExp) => layers.length > 0 && layers.every((type) => pattern.test(type));
  if (only(SIGNATURE)) return 'SIGNATURE';
  if (only(ATTESTATION)) return 'ATTESTATION';
  // An image without layers, or with some of a kind that is not known, is still an image if it is configured as one.
  if (looksLikeImage) return 'IMAGE';
  if (says.some((type) => SIGNATURE.test(type))) return 'SIGNATURE';
  if (says.some((type) => ATTESTATION.test(type))) return 'ATTESTATION';
  return 'ARTIFACT';
}

function child(value: unknown, place: string): ManifestChild {
  const from = object(value, place);
  const platform = optionalObject(from, 'platform', place);
  const at = `${place}.platform`;
  const parts = platform && [text(platform, 'os', at), text(platform, 'architecture', at), text(platform, 'variant', at)];
  const words = parts?.filter((part) => part !== undefined).join('/');
  return { digest: required(from, 'digest', place), platform: words === '' ? undefined : words };
}
