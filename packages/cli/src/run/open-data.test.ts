import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.js';
import { openData } from './open-data.js';

const pixel = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
  .png()
  .toBuffer();

function folderWith(...folders: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'mix-'));
  for (const folder of folders) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, '0.png'), pixel);
  }
  return root;
}

it.each([
  [['train/cat', 'train/dog', 'test/dog'], "2 and 1: 'cat' is in the training split only"],
  [['train/cat', 'test/cat', 'test/eel'], "1 and 2: 'eel' is in the test split only"],
  [['train/cat', 'train/dog', 'test/cat', 'test/doge'], "2 and 2: 'dog' is in the training split only"],
])('names the first class that one split alone has: %j', async (folders, end) => {
  const path = folderWith(...folders);
  const { data } = resolveConfig({ flags: new Map([['data.path', path]]) });
  await expect(openData(data, 0)).rejects.toThrow(
    `data: ${path} must have the same classes in both splits; got ${end}`,
  );
});
