import { type Dirent, realpathSync } from 'node:fs';
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
 * names that begin with a dot are passed over. Links to folders are followed, but not back into a folder they lie in.
 *
 * @param folder The folder that holds the classes' folders.
 * @throws MixError `MISSING_FILE` when the folder, its classes, a class's images or the target of a link is missing.
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
    .filter((entry) => !entry.name.startsWith('.') && isFolder(join(folder, entry.name), entry))
    .map(({ name }) => name);
  if (classes.length === 0) {
    throw pathError(
      where,
      folder,
      `no subfolders in ${folder}`,
      'It must hold one subfolder of images per class',
    );
  }
  const root = realpathSync(folder);
  const samples = classes.flatMap((name, label) => {
    const keys = imagesIn(folder, name, [root]);
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

function imagesIn(root: string, inside: string, around: readonly string[]): string[] {
  const real = realpathSync(join(root, inside));
  if (around.includes(real)) return [];
  return sortedEntries(real).flatMap((entry) => {
    const key = `${inside}/${entry.name}`;
    if (entry.name.startsWith('.')) return [];
    if (isFolder(join(root, key), entry)) return imagesIn(root, key, [...around, real]);
    return imageName.test(entry.name) ? [key] : [];
  });
}

function isFolder(path: string, entry: Dirent): boolean {
  // Only links, and what the file system does not tell, cost a look of their own.
  if (entry.isDirectory() || entry.isFile()) return entry.isDirectory();
  const kind = kindOf(path);
  // The loader says what is wrong with an image.
  if (kind !== 'missing' || imageName.test(entry.name)) return kind === 'folder';
  throw pathError(where, path, `${path} is a link that leads nowhere`, 'Repair it, or remove it');
}
