import { join } from 'node:path';
import { invalidArgument } from '@mix/core';
import type { ImageDataset } from './dataset.js';
import { kindOf, pathError, sortedEntries } from './internal/files.js';
import { firstImageShape } from './internal/first-image-shape.js';

const where = 'openImageFolder';
const imageName = /\.(?:jpe?g|png|webp)$/i;

/**
 * Opens a folder with one subfolder of images (`.jpg`, `.jpeg`, `.png`, `.webp`) for each class. Classes and images are in
 * the order of their names' UTF-16 units, which is the same on every machine; deeper folders belong to their class, and
 * names that begin with a dot are passed over.
 *
 * @param folder The folder that holds the classes' folders.
 * @throws MixError `MISSING_FILE` when the folder, its classes or a class's images are missing.
 */
export async function openImageFolder(folder: string): Promise<ImageDataset> {
  if (kindOf(folder) !== 'folder') {
    throw pathError(
      where,
      folder,
      `no such folder ${JSON.stringify(folder)}`,
      'Give the folder that holds one subfolder of images per class',
    );
  }
  const classes = sortedEntries(folder)
    .filter((entry) => !entry.name.startsWith('.') && kindOf(join(folder, entry.name)) === 'folder')
    .map(({ name }) => name);
  if (classes.length === 0) {
    throw pathError(
      where,
      folder,
      `no subfolders in ${folder}`,
      'It must hold one subfolder of images per class',
    );
  }
  const samples = classes.flatMap((name, label) => {
    const keys = imagesIn(folder, name);
    if (keys.length > 0) return keys.map((key) => ({ key, label, path: join(folder, key) }));
    throw pathError(
      where,
      folder,
      `no .jpg, .png or .webp in ${join(folder, name)}`,
      'Remove the folder, or put images into it',
    );
  });
  const shape = await firstImageShape(samples.map(({ path }) => ({ kind: 'file', path })));
  return {
    name: folder,
    size: samples.length,
    classes,
    ...(shape === undefined ? {} : { imageShape: shape }),
    sample: (index) => {
      const found = samples[index];
      if (found === undefined)
        throw invalidArgument(where, 'index', `be an integer from 0 to ${samples.length - 1}`, index);
      const { key, label, path } = found;
      return { key, label, image: { kind: 'file', path } };
    },
  };
}

function imagesIn(root: string, inside: string): string[] {
  return sortedEntries(join(root, inside)).flatMap((entry) => {
    const key = `${inside}/${entry.name}`;
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return imagesIn(root, key);
    return imageName.test(entry.name) ? [key] : [];
  });
}
