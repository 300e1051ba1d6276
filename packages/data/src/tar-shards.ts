import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkInteger, invalidArgument } from '@mix/core';
import type { ImageDataset, ImageSource, Sample } from './dataset.js';
import { endsInZeroBlock, kindOf, pathError, sortedEntries } from './internal/files.js';
import { firstImageShape } from './internal/first-image-shape.js';
import { readTarSamples } from './internal/tar-samples.js';

/** Options of {@link openTarShards}. */
export interface TarShardsOptions {
  /** Takes the shards of a folder whose names begin so: `'train'` for `train-000.tar`, `train-001.tar`, ... @defaultValue all, where their names begin alike */
  readonly split?: string;
  /** Takes the first `limit` samples only, ≥ 1; later shards are not even read where the classes have names. @defaultValue all */
  readonly limit?: number;
  /** Names of the classes. @defaultValue those of `meta.json` beside the shards, else `'0'` to the largest label of all samples, whatever the `limit` */
  readonly classes?: readonly string[];
}

const where = 'openTarShards';

/**
 * Opens tar shards of the WebDataset layout: entries `KEY.jpg` (or `.jpeg`, `.png`, `.webp`) with `KEY.cls` (the class as
 * text), or `KEY.json` with a `label` or `cls`, one after the other; other entries are passed over. KEY ends at the first
 * dot of the file name.
 *
 * Each shard is read once, as a stream, for an index of where its images lie (about 210 bytes of memory a sample);
 * nothing is unpacked, and images are read by their place when their turn comes, in any order. A shard cut short gives
 * what is whole and one corrupt sample, which the loader treats by its policy; so it does a sample of class 1,000,000 or more.
 *
 * @param source A folder with `*.tar`, one such file, or a list of them.
 * @throws MixError `MISSING_FILE`; `FORMAT` for what is no tar or has no samples, and for an entry whose name is absolute or holds `..`.
 */
export async function openTarShards(
  source: string | readonly string[],
  { split, limit = Infinity, classes }: TarShardsOptions = {},
): Promise<ImageDataset> {
  if (limit !== Infinity) checkInteger(where, 'limit', limit, 1);
  const paths = shardPaths(source, split);
  const named = classes ?? readClasses(dirname(paths[0] as string));
  // The number of classes must not depend on the limit: without names, every label counts.
  const needed = named === undefined ? Infinity : limit;
  const samples: Sample[] = [];
  for (const path of paths) {
    if (samples.length >= needed) break;
    await indexShard(path, needed, samples);
  }
  const names = named ?? numberedClasses(samples);
  if (samples.length === 0 || names.length === 0) throw nothingIn(source, paths, samples[0]);
  const checked = samples.slice(0, limit).map((sample) => checkLabel(sample, names.length));
  const shape = await firstImageShape(checked.map(({ image }) => image));
  return {
    name: typeof source === 'string' ? source : `${paths.length} shards`,
    size: checked.length,
    classes: names,
    ...(shape === undefined ? {} : { imageShape: shape }),
    corrupt: [...checked.keys()].filter((index) => checked[index]?.image.kind === 'corrupt'),
    sample: (index) => {
      const sample = checked[index];
      if (sample === undefined)
        throw invalidArgument(where, 'index', `be an integer from 0 to ${checked.length - 1}`, index);
      return sample;
    },
  };
}

async function indexShard(path: string, limit: number, samples: Sample[]): Promise<void> {
  if (statSync(path).size === 0) {
    throw pathError(
      where,
      path,
      `${path} is empty (0 bytes)`,
      'Copy or make it again, or remove it',
      'FORMAT',
    );
  }
  const shard = basename(path);
  const before = samples.length;
  const push = (key: string, label: number, image: ImageSource) =>
    samples.push({ key: key === '' ? shard : `${shard}/${key}`, label, image });
  for await (const sample of readTarSamples(path)) {
    const { key, label } = sample;
    if ('reason' in sample) {
      if (samples.length === before && /invalid tar header/i.test(sample.reason)) {
        throw pathError(
          where,
          path,
          `${path} is not a tar file`,
          'Shards are plain tar; unpack .gz first',
          'FORMAT',
        );
      }
      push(key, label, { kind: 'corrupt', path, reason: sample.reason });
    } else push(key, label, { kind: 'file', path, offset: sample.offset, length: sample.length });
    if (samples.length >= limit) return;
  }
  const damaged = samples.at(-1)?.image.kind === 'corrupt' && samples.length > before;
  if (!damaged && !endsInZeroBlock(path)) {
    push('', -1, {
      kind: 'corrupt',
      path,
      reason: `the shard was cut short: no end mark after its ${samples.length - before} samples`,
    });
  }
}

function shardPaths(source: string | readonly string[], split: string | undefined): readonly string[] {
  if (typeof source !== 'string') {
    if (source.length === 0) throw invalidArgument(where, 'source', 'name at least one shard', source);
    for (const path of source) if (kindOf(path) !== 'file') throw missing(path, 'file');
    return source;
  }
  const kind = kindOf(source);
  if (kind === 'missing') throw missing(source, 'folder');
  if (kind === 'file') return [source];
  const all = sortedEntries(source).filter(({ name }) => name.endsWith('.tar'));
  const found = all.map(({ name }) => name).filter((name) => split === undefined || isOfSplit(name, split));
  if (found.length === 0) {
    const others =
      all.length > 0
        ? `; it has ${all
            .map(({ name }) => name)
            .slice(0, 5)
            .join(', ')}`
        : '';
    throw pathError(
      where,
      source,
      `no ${split ?? ''}*.tar in ${source}${others}`,
      'Give the folder that holds the shards, or another split',
    );
  }
  const prefixes = new Set(found.map((name) => /^[A-Za-z]*/.exec(name)?.[0]));
  if (split === undefined && prefixes.size > 1) {
    throw invalidArgument(where, 'split', `be given, for ${source} holds several`, split, {
      remedy: `Choose one of ${[...prefixes].map((prefix) => `'${prefix}'`).join(', ')}`,
    });
  }
  return found.map((name) => join(source, name));
}

function isOfSplit(name: string, split: string): boolean {
  return name.startsWith(split) && !/^[A-Za-z0-9]/.test(name.slice(split.length));
}

function missing(path: string, kind: string) {
  return pathError(
    where,
    path,
    `no such ${kind} ${JSON.stringify(path)}`,
    'Give the folder that holds train-*.tar, or a list of .tar files',
  );
}

function nothingIn(source: string | readonly string[], paths: readonly string[], first: Sample | undefined) {
  const reason = first?.image.kind === 'corrupt' ? `; for one, ${first.key}: ${first.image.reason}` : '';
  const more = paths.length > 3 ? `, ... (${paths.length} shards)` : '';
  return pathError(
    where,
    String(source),
    `no samples in ${paths.slice(0, 3).join(', ')}${more}${reason}`,
    'Shards hold KEY.jpg and KEY.cls: make them again, or give others',
    'FORMAT',
  );
}

function readClasses(folder: string): readonly string[] | undefined {
  const path = join(folder, 'meta.json');
  if (kindOf(path) !== 'file') return undefined;
  try {
    const { classes } = JSON.parse(readFileSync(path, 'utf8')) as { readonly classes?: unknown };
    if (classes === undefined) return undefined;
    if (Array.isArray(classes) && classes.every((name) => typeof name === 'string')) return classes;
  } catch {
    // Said below.
  }
  throw pathError(
    where,
    path,
    `${path} is not JSON with a list of names in "classes"`,
    'Repair it, or give classes',
    'FORMAT',
  );
}

function numberedClasses(samples: readonly Sample[]): readonly string[] {
  const largest = samples.reduce((most, { label }) => Math.max(most, label), -1);
  return Array.from({ length: largest + 1 }, (_, index) => String(index));
}

function checkLabel(sample: Sample, numClasses: number): Sample {
  if (sample.label < numClasses || sample.image.kind !== 'file') return sample;
  const reason = `its class is ${sample.label}, but there are ${numClasses} classes`;
  return { ...sample, label: -1, image: { kind: 'corrupt', path: sample.image.path, reason } };
}
