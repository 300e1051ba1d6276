import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { describeError } from '../output/describe-error.js';
import { writePng } from './write-png.js';

const picture = { width: 2, height: 1, pixels: Uint8Array.of(255, 0, 0, 0, 0, 255) };

it('writes the pixels', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'mix-')), 'deep', 'two.png');
  await writePng(path, picture);
  expect([...(await sharp(path).raw().toBuffer())]).toEqual([...picture.pixels]);
});

it('says on one line why a place cannot be written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mix-'));
  const error: unknown = await writePng(folder, picture).catch((cause: unknown) => cause);
  expect(describeError(error, false)).toBe(`${folder}: is a folder, not a file`);
});
