import { basename, resolve } from 'node:path';
import { createRng } from '@mix/core';
import {
  drawnShapes,
  type ImageDataset,
  openImageFolder,
  openTarShards,
  readCifar10,
  readCifar100,
} from '@mix/data';
import type { DataConfig } from '../config/config-schema.js';
import { findSplitFolders, testShards } from './find-splits.js';
import { limitDataset } from './limit-dataset.js';
import { type DataKind, recogniseData } from './recognise-data.js';
import { reshapeDataset } from './reshape-dataset.js';

/** Both splits of a data set. */
export interface OpenedData {
  /** What the data set is called in titles. */
  readonly name: string;
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  /** The section `data` with what was found: its kind, and its path from the root on. */
  readonly config: DataConfig;
}

type Splits = Pick<OpenedData, 'train' | 'test'>;

type Read = (folder: string, limits: Pick<DataConfig, 'trainLimit' | 'testLimit'>) => Promise<Splits>;

const readers: Readonly<Record<DataKind, Read>> = {
  async tar(folder, { trainLimit, testLimit }) {
    const open = (split: string, limit: number | undefined) =>
      openTarShards(folder, { split, ...(limit !== undefined && { limit }) });
    return { train: await open('train', trainLimit), test: await open(testShards(folder), testLimit) };
  },
  async folder(folder) {
    const { train, test } = findSplitFolders(folder);
    return { train: await openImageFolder(train), test: await openImageFolder(test) };
  },
  cifar10: async (folder) => ({
    train: readCifar10(folder, { split: 'train' }),
    test: readCifar10(folder, { split: 'test' }),
  }),
  cifar100: async (folder) => ({
    train: readCifar100(folder, { split: 'train' }),
    test: readCifar100(folder, { split: 'test' }),
  }),
};

/** Opens what the section `data` asks for; the run's seed chooses the images of a tail, and the wrong labels. */
export async function openData(config: DataConfig, seed: number): Promise<OpenedData> {
  const opened = await openSplits(config);
  return { ...opened, train: reshapeDataset(opened.train, config, createRng(seed).fork('data-set')) };
}

async function openSplits(config: DataConfig): Promise<OpenedData> {
  const { kind, path, trainLimit, testLimit, imageSize } = config;
  if (kind === 'drawn' || (kind === 'auto' && path === undefined)) {
    const size = imageSize === undefined ? {} : { imageSize };
    if (path !== undefined) throw new Error("data: kind 'drawn' must come without a path: it is embedded");
    return {
      name: 'drawn shapes',
      train: drawnShapes({ ...size, size: trainLimit ?? 5000, split: 'train' }),
      test: drawnShapes({ ...size, size: testLimit ?? 1000, split: 'test' }),
      config: { ...config, kind: 'drawn' },
    };
  }
  if (path === undefined) throw new Error(`data: kind '${kind}' must come with a path; set it with --data`);
  const taken = recogniseData(path, kind === 'auto' ? undefined : kind);
  const { train, test } = await readers[taken.kind](taken.folder, config);
  checkClasses(path, train.classes, test.classes);
  const sorted = taken.kind === 'folder';
  return {
    name: basename(resolve(path)),
    train: limitDataset(train, trainLimit, sorted),
    test: limitDataset(test, testLimit, sorted),
    config: { ...config, kind: taken.kind, path: resolve(path) },
  };
}

function checkClasses(path: string, train: readonly string[], test: readonly string[]): void {
  const at = train.findIndex((name, index) => name !== test[index]);
  if (at < 0 && train.length === test.length) return;
  const without = (names: readonly string[], others: readonly string[]): string | undefined => {
    const known = new Set(others);
    return names.find((name) => !known.has(name));
  };
  const [trained, tested] = [without(train, test), without(test, train)];
  const found =
    trained !== undefined
      ? `'${trained}' is in the training split only`
      : tested !== undefined
        ? `'${tested}' is in the test split only`
        : `class ${at} is '${train[at]}' in the one and '${test[at]}' in the other`;
  throw new Error(
    `data: ${path} must have the same classes in both splits; got ${train.length} and ${test.length}: ${found}`,
  );
}

/** Both splits on one line. */
export function describeData({ name, train, test, config }: OpenedData): string {
  const shape = train.imageShape === undefined ? '' : ` of [${train.imageShape}]`;
  const place = config.path ?? name;
  return `${place}: ${train.size} training and ${test.size} test images${shape}, ${train.classes.length} classes`;
}
