import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkChoice, invalidArgument } from '@mix/core';
import type { ImageDataset, Sample } from './dataset.js';
import { kindOf, pathError, readLines } from './internal/files.js';

/** Options of {@link readCifar10}. */
export interface Cifar10Options {
  /** Which files of a folder to read. @defaultValue 'train' */
  readonly split?: 'train' | 'test';
}

/** Options of {@link readCifar100}. */
export interface Cifar100Options extends Cifar10Options {
  /** The 100 classes, or the 20 superclasses. @defaultValue 'fine' */
  readonly labels?: 'fine' | 'coarse';
}

type Layout = { readonly labelBytes: number; readonly labelAt: number; readonly numClasses: number };
type Place = { readonly path: string; readonly bytes: Uint8Array; readonly start: number };

const side = 32;
const plane = side * side;
const shape = [side, side, 3] as const;

/**
 * Reads CIFAR-10 in its official binary format: records of one label byte and 3072 pixel bytes, planes R, G, B.
 *
 * @param source The folder with `data_batch_1.bin` ... and `test_batch.bin`, or a list of such files. All of it is held in memory.
 * @returns Samples with pixels as uint8 `[32,32,3]`; class names from `batches.meta.txt` where it is there. A last record cut
 * short, or a label out of range, is a corrupt sample.
 * @throws MixError `MISSING_FILE`, `INVALID_ARGUMENT`.
 */
export function readCifar10(
  source: string | readonly string[],
  { split = 'train' }: Cifar10Options = {},
): ImageDataset {
  checkChoice('readCifar10', 'split', split, ['train', 'test']);
  const names =
    split === 'test' ? ['test_batch.bin'] : [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`);
  return readRecords('readCifar10', source, names, 'batches.meta.txt', {
    labelBytes: 1,
    labelAt: 0,
    numClasses: 10,
  });
}

/**
 * Reads CIFAR-100 in its official binary format: records of a coarse and a fine label byte and 3072 pixel bytes.
 *
 * @param source The folder with `train.bin` and `test.bin`, or a list of such files. All of it is held in memory.
 * @returns As {@link readCifar10}; class names from `fine_label_names.txt` or `coarse_label_names.txt`.
 * @throws MixError `MISSING_FILE`, `INVALID_ARGUMENT`.
 */
export function readCifar100(
  source: string | readonly string[],
  { split = 'train', labels = 'fine' }: Cifar100Options = {},
): ImageDataset {
  checkChoice('readCifar100', 'split', split, ['train', 'test']);
  checkChoice('readCifar100', 'labels', labels, ['fine', 'coarse']);
  const layout = labels === 'fine' ? { labelAt: 1, numClasses: 100 } : { labelAt: 0, numClasses: 20 };
  return readRecords('readCifar100', source, [`${split}.bin`], `${labels}_label_names.txt`, {
    labelBytes: 2,
    ...layout,
  });
}

function readRecords(
  where: string,
  source: string | readonly string[],
  names: readonly string[],
  classFile: string,
  { labelBytes, labelAt, numClasses }: Layout,
): ImageDataset {
  const paths = typeof source === 'string' ? names.map((name) => join(source, name)) : source;
  if (paths.length === 0) throw invalidArgument(where, 'source', 'name at least one file', source);
  for (const path of paths) {
    if (kindOf(path) === 'file') continue;
    throw pathError(
      where,
      path,
      `no such file ${JSON.stringify(path)}`,
      `Give the folder that holds ${names.join(', ')} (the binary version)`,
    );
  }
  const bytesPerRecord = labelBytes + 3 * plane;
  const places = paths.flatMap((path): Place[] => {
    const bytes = readFileSync(path);
    // An empty file counts as a record cut short, too: it must not go unnoticed.
    const records = Math.max(1, Math.ceil(bytes.length / bytesPerRecord));
    return Array.from({ length: records }, (_, record) => ({ path, bytes, start: record * bytesPerRecord }));
  });
  const problemOf = ({ bytes, start }: Place): string | undefined => {
    const left = bytes.length - start;
    if (left < bytesPerRecord)
      return `the file ends after ${left} of the ${bytesPerRecord} bytes of this record`;
    const label = bytes[start + labelAt] as number;
    return label < numClasses ? undefined : `its class is ${label}, but there are ${numClasses} classes`;
  };
  return {
    name: typeof source === 'string' ? source : paths.join(', '),
    size: places.length,
    classes:
      readLines(join(dirname(paths[0] as string), classFile))?.slice(0, numClasses) ??
      Array.from({ length: numClasses }, (_, index) => String(index)),
    imageShape: shape,
    corrupt: [...places.keys()].filter((index) => problemOf(places[index] as Place) !== undefined),
    sample(index): Sample {
      const place = places[index];
      if (place === undefined) {
        throw invalidArgument(where, 'index', `be an integer from 0 to ${places.length - 1}`, index);
      }
      const { path, bytes, start } = place;
      const key = `${basename(path)}/${start / bytesPerRecord}`;
      const reason = problemOf(place);
      if (reason !== undefined) return { key, label: -1, image: { kind: 'corrupt', path, reason } };
      const planes = bytes.subarray(start + labelBytes, start + bytesPerRecord);
      const label = bytes[start + labelAt] as number;
      return { key, label, image: { kind: 'pixels', pixels: interleave(planes), shape } };
    },
  };
}

function interleave(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(3 * plane);
  for (let index = 0, at = 0; index < plane; index++) {
    pixels[at++] = planes[index] as number;
    pixels[at++] = planes[index + plane] as number;
    pixels[at++] = planes[index + 2 * plane] as number;
  }
  return pixels;
}
