import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '@mix/train/node';
import sharp from 'sharp';
import type { Picture } from './canvas.js';

/** Writes a picture as a PNG file; makes its folder if there is none. */
export async function writePng(path: string, { width, height, pixels }: Picture): Promise<void> {
  makeFolder(dirname(path));
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  await writeFile(path, bytes);
}
