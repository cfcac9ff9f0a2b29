import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { gzipStored } from './archive';
import { makeImage, program, sha256 } from './oci-image';

const directory = mkdtempSync(join(tmpdir(), 'oci-image-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('the same arguments give the same image to the last byte', () => {
  // Written down, so that a change of the bytes, on this or any other machine, is seen.
  expect(makeImage().digest).toBe('sha256:ddf263f099bde61d7713cfd1265996ff6cac0c2388d7632be0b6088ac1abfa83');
  expect(makeImage()).toEqual(makeImage());
});

test('another version is another image with the same layer', () => {
  const [one, two] = [makeImage({ version: '1' }), makeImage({ version: '2' })];

  expect(two.digest).not.toBe(one.digest);
  expect(two.layers).toEqual(one.layers);
});

test('the manifest describes the configuration and the layer as they are', () => {
  const image = makeImage();
  const manifest = JSON.parse(image.manifest);

  expect(image.digest).toBe(sha256(image.manifest));
  for (const [descriptor, blob] of [[manifest.config, image.config], [manifest.layers[0], image.layers[0]]]) {
    expect(descriptor).toEqual({ mediaType: blob.mediaType, digest: sha256(blob.content), size: blob.content.length });
  }
});

test('the configuration names the layer by the digest of its uncompressed tar', () => {
  const image = makeImage();
  const { rootfs } = JSON.parse(image.config.content.toString());

  expect(rootfs.diff_ids).toEqual([sha256(gunzipSync(image.layers[0].content))]);
});

test('tar reads the layer', () => {
  const file = join(directory, 'layer.tar.gz');
  writeFileSync(file, makeImage().layers[0].content);

  const listing = execFileSync('tar', ['-tvzf', file], { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } }).toString();

  expect(listing).toMatch(/^-rwxr-xr-x .* 1970-01-01 00:00 hello\n$/);
});

test.each([0, 1, 0xffff, 0x10000, 0x2ffff])('gzip reads %d stored bytes', (length) => {
  const content = Buffer.alloc(length, 'abc');

  expect(gunzipSync(gzipStored(content)).equals(content)).toBe(true);
});

const onX64Linux = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

onX64Linux('the program greets', () => {
  const file = join(directory, 'hello');
  writeFileSync(file, program('good morning\n'), { mode: 0o755 });

  expect(execFileSync(file).toString()).toBe('good morning\n');
});
