import { createHash } from 'node:crypto';
import { gzipStored, tar } from './archive';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly content: Buffer;
}

export interface OciImage {
  readonly digest: string;
  /** The exact text whose digest it is. */
  readonly manifest: string;
  readonly mediaType: string;
  readonly config: Blob;
  readonly layers: Blob[];
}

export interface ImageArguments {
  /** Becomes a label, so that another version is another digest. */
  readonly version?: string;
  /** What the program in the image prints. */
  readonly greeting?: string;
}

/**
 * A real OCI image: a Linux program which greets, in one layer.
 *
 * The program is made here, byte by byte, rather than taken from a distribution's package: so the image is the same to
 * the last byte on every machine, and making it needs no network, no root and no second tool.
 */
export function makeImage({ version = '1', greeting = 'hello' }: ImageArguments = {}): OciImage {
  const files = tar([{ name: 'hello', mode: 0o755, content: program(`${greeting}\n`) }]);
  const layer = blob('application/vnd.oci.image.layer.v1.tar+gzip', gzipStored(files));
  const config = blob('application/vnd.oci.image.config.v1+json', Buffer.from(JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Entrypoint: ['/hello'], Labels: { 'org.opencontainers.image.version': version } },
    rootfs: { type: 'layers', diff_ids: [sha256(files)] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'hello' }],
  })));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return { digest: sha256(manifest), manifest, mediaType: MANIFEST_TYPE, config, layers: [layer] };
}

/** An image of several platforms, which are pushed before it; `one` of them lends it its blobs. */
export function makeIndex(manifest: object, one: OciImage): OciImage {
  const text = JSON.stringify(manifest);
  return { ...one, manifest: text, mediaType: INDEX_TYPE, digest: sha256(text) };
}

export function sha256(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function blob(mediaType: string, content: Buffer): Blob {
  return { mediaType, digest: sha256(content), content };
}

function descriptor({ mediaType, digest, content }: Blob): object {
  return { mediaType, digest, size: content.length };
}

/** A static x86-64 ELF program: write(1, text, length), exit(0). */
export function program(text: string): Buffer {
  const data = Buffer.from(text);
  const code = Buffer.from([
    0xb8, 1, 0, 0, 0, //                  mov eax, 1 (write)
    0xbf, 1, 0, 0, 0, //                  mov edi, 1 (standard output)
    0x48, 0x8d, 0x35, 16, 0, 0, 0, //     lea rsi, [rip + 16] (the text, behind the code)
    0xba, 0, 0, 0, 0, //                  mov edx, length
    0x0f, 0x05, //                        syscall
    0xb8, 60, 0, 0, 0, //                 mov eax, 60 (exit)
    0x31, 0xff, //                        xor edi, edi
    0x0f, 0x05, //                        syscall
  ]);
  code.writeUInt32LE(data.length, 18);
  const [address, headers] = [0x400000n, 64 + 56];
  const size = BigInt(headers + code.length + data.length);
  const head = Buffer.alloc(headers);
  head.write('\x7fELF\x02\x01\x01', 'latin1'); // 64 bit, little endian, version 1
  head.writeUInt16LE(2, 16); // an executable
  head.writeUInt16LE(62, 18); // for x86-64
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(address + BigInt(headers), 24); // entry point
  head.writeBigUInt64LE(64n, 32); // where the program header is
  head.writeUInt16LE(64, 52); // size of this header
  head.writeUInt16LE(56, 54); // size of a program header
  head.writeUInt16LE(1, 56); // there is one
  head.writeUInt32LE(1, 64); // load ...
  head.writeUInt32LE(5, 68); // ... readable and executable ...
  head.writeBigUInt64LE(address, 80);
  head.writeBigUInt64LE(address, 88);
  head.writeBigUInt64LE(size, 96); // ... the whole file
  head.writeBigUInt64LE(size, 104);
  head.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([head, code, data]);
}
