import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.js';
import { createTraining } from './create-training.js';
import { keepGallery } from './keep-gallery.js';
import { openData } from './open-data.js';

useBackend('wasm');

async function prepared(mixer: string) {
  const content = {
    data: { trainLimit: 24, testLimit: 10, workers: 0 },
    model: { name: 'cifar-resnet', depth: 8, width: 2 },
    method: { mixer },
    train: { batchSize: 8 },
  };
  const out = mkdtempSync(join(tmpdir(), 'mix-'));
  const config = { ...resolveConfig({ file: { name: 'test', content }, flags: new Map() }), out };
  const data = await openData(config.data, 0);
  const picture = () => readFileSync(join(out, 'gallery.png'));
  return { config, data, out, picture, training: createTraining(config, data) };
}

it('draws learned masks again as an epoch leaves them, also in a run that goes on', async () => {
  const { config, data, out, picture, training } = await prepared('automix');
  const { learned } = training;
  const before = tf.memory().numTensors;
  const gallery = await keepGallery(config, data, { learned, resume: false });
  expect(readdirSync(out)).toEqual([]);
  await gallery.write();
  const untrained = picture();
  await gallery.redraw(1);
  const redrawn = picture();
  expect(redrawn.equals(untrained)).toBe(false);
  const resumed = await keepGallery(config, data, { learned, resume: true });
  await resumed.write();
  expect(picture().equals(redrawn)).toBe(true);
  await resumed.redraw(2);
  expect(picture().equals(redrawn)).toBe(false);
  await resumed.redraw(1);
  expect(picture().equals(redrawn)).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
  await training.close();
});

it('says that the file cannot be written again, and lets the training go on', async () => {
  const { config, data, out, training } = await prepared('automix');
  const notes: string[] = [];
  const gallery = await keepGallery(config, data, {
    learned: training.learned,
    resume: false,
    onNote: (line) => notes.push(line),
  });
  mkdirSync(join(out, 'gallery.png'));
  await gallery.redraw(3);
  expect(notes).toEqual([expect.stringMatching(/^epoch 3: gallery\.png could not be drawn again: .*EISDIR/)]);
  await expect(gallery.write()).rejects.toThrow('EISDIR');
  await training.close();
});

it('leaves the gallery of a run that goes on with fixed masks', async () => {
  const { config, data, out, training } = await prepared('cutmix');
  await (await keepGallery(config, data, { learned: undefined, resume: true })).write();
  expect(readdirSync(out)).toEqual([]);
  await training.close();
});
