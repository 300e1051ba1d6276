import { fileURLToPath } from 'node:url';
import { selectBackend } from '@mix/core';
import { createLoader, openTarShards, subset } from '@mix/data';
import * as tf from '@tensorflow/tfjs-core';

/** Brings up the native backend on the number of threads that MIX_NATIVE_THREADS names. */
export async function startNative() {
  await import('@tensorflow/tfjs-layers');
  tf.enableProdMode();
  await selectBackend('native', { load: (name) => import(name) });
}

/** CIFAR-10 in tar shards: by default the folder ../shared/data/cifar10 beside the checkout. */
export async function openCifar(
  folder = fileURLToPath(new URL('../../../shared/data/cifar10', import.meta.url)),
) {
  const [train, test] = await Promise.all(['train', 'test'].map((split) => openTarShards(folder, { split })));
  return { train, test };
}

/** A loader of test images that decodes each once. */
export function testLoader(dataset) {
  return createLoader(dataset, { batchSize: 500, cache: true, workers: 0 });
}

/** The first `size` samples of a data set. */
export function firstOf(dataset, size) {
  return subset(
    dataset,
    Array.from({ length: size }, (_, index) => index),
  );
}
