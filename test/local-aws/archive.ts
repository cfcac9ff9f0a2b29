import { crc32 } from 'node:zlib';

export interface TarEntry {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

const BLOCK = 512;

/** A tar archive (ustar) without times or owners: the same files give the same bytes. */
export function tar(entries: TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => [header(entry), entry.content, padding(entry.content.length)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** A gzip stream of stored blocks: what a compressor writes depends on its version, this depends on nothing. */
export function gzipStored(content: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let start = 0; start === 0 || start < content.length; start += 0xffff) {
    const chunk = content.subarray(start, start + 0xffff);
    const head = Buffer.alloc(5);
    head.writeUInt8(start + chunk.length >= content.length ? 1 : 0, 0); // the last one?
    head.writeUInt16LE(chunk.length, 1);
    head.writeUInt16LE(0xffff - chunk.length, 3);
    blocks.push(head, chunk);
  }
  const magic = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([magic, ...blocks, trailer]);
}

function header({ name, mode, content }: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108); // user
  block.write(octal(0, 8), 116); // group
  block.write(octal(content.length, 12), 124);
  block.write(octal(0, 12), 136); // modified in 1970
  block.write(' '.repeat(8), 148); // the checksum counts its own field as blanks
  block.write('0', 156); // a regular file
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 7)} `, 148);
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
}
