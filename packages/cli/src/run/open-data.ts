import { resolve } from 'node:path';
import { drawnShapes, type ImageDataset } from '@mix/data';
import type { DataConfig } from '../config/config-schema.js';
import { limitDataset } from './limit-dataset.js';
import { type DataKind, recogniseData } from './recognise-data.js';

/** Both splits of a data set. */
export interface OpenedData {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  /** The section `data` with what was found: its kind, and its path from the root on. */
  readonly config: DataConfig;
}

type Splits = Pick<OpenedData, 'train' | 'test'>;

const readers: Readonly<Record<DataKind, (folder: string) => Promise<Splits>>> = {} as never;

/** Opens what the section `data` asks for. */
export async function openData(config: DataConfig): Promise<OpenedData> {
  const { kind, path, trainLimit, testLimit, imageSize } = config;
  if (kind === 'drawn' || (kind === 'auto' && path === undefined)) {
    const size = imageSize === undefined ? {} : { imageSize };
    return {
      train: drawnShapes({ ...size, size: trainLimit ?? 5000, split: 'train' }),
      test: drawnShapes({ ...size, size: testLimit ?? 1000, split: 'test' }),
      config: { ...config, kind: 'drawn' },
    };
  }
  if (path === undefined) throw new Error(`data: kind '${kind}' must come with a path; set it with --data`);
  const found = recogniseData(path);
  const taken = kind === 'auto' ? found : { ...found, kind };
  const { train, test } = await readers[taken.kind](taken.folder);
  const sorted = taken.kind === 'folder';
  return {
    train: limitDataset(train, trainLimit, sorted),
    test: limitDataset(test, testLimit, sorted),
    config: { ...config, kind: taken.kind, path: resolve(path) },
  };
}

/** Both splits on one line. */
export function describeData({ train, test }: OpenedData): string {
  const shape = train.imageShape === undefined ? '' : ` of [${train.imageShape}]`;
  return `${train.name}: ${train.size} training and ${test.size} test images${shape}, ${train.classes.length} classes`;
}
