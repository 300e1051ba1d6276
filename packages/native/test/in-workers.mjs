// Scenarios with worker threads, each in a process of its own: `node in-workers.mjs SCENARIO`. On the built package.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { registerNative } from '../dist/index.js';

/** A training step's worth of kernels, several rounds of it or for ever; the same numbers wherever it runs. */
async function compute(threads, rounds) {
  tf.enableProdMode();
  registerNative({ threads });
  if (!(await tf.setBackend('native'))) throw new Error('the backend does not start');
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    if (round === 1 && rounds === Number.POSITIVE_INFINITY) parentPort.postMessage('computing');
    sum = tf.tidy(() => {
      const x = tf.reshape(tf.sin(tf.range(0, 8 * 16 * 16 * 8)), [8, 16, 16, 8]);
      const filter = tf.reshape(tf.cos(tf.range(0, 3 * 3 * 8 * 16)), [3, 3, 8, 16]);
      const loss = (weights) => tf.mean(tf.square(tf.relu(tf.conv2d(x, weights, 1, 'same'))));
      return tf.sum(tf.abs(tf.grad(loss)(filter))).dataSync()[0];
    });
  }
  if (tf.memory().numTensors !== 0) throw new Error('tensors are left');
  return sum;
}

const start = (threads, rounds) => new Worker(new URL(import.meta.url), { workerData: { threads, rounds } });
const startForEver = async (threads) => {
  const worker = start(threads, Number.POSITIVE_INFINITY);
  await once(worker, 'message');
  return worker;
};
const resultOf = async (worker) => {
  const [[value]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return value;
};
// Sums over other parts differ in their last bits.
const same = (values) => {
  if (!values.every((value) => Math.abs(value / values[0] - 1) < 1e-5)) throw new Error(`${values}`);
};

const scenarios = {
  async 'two workers beside the main thread'() {
    const workers = [start(2, 40), start(1, 40)];
    const results = workers.map(resultOf);
    const own = [await compute(2, 20), await compute(3, 20)];
    same([...own, ...(await Promise.all(results))]);
  },
  async 'one after the other, before the main thread'() {
    const values = [];
    for (let i = 0; i < 6; i++) {
      values.push(await resultOf(start(2, 3)));
    }
    same([...values, await compute(2, 3)]);
  },
  async 'terminated while they compute'() {
    for (let i = 0; i < 3; i++) {
      const workers = await Promise.all([startForEver(2), startForEver(2)]);
      await new Promise((resolve) => setTimeout(resolve, 50 * i));
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    await compute(2, 3);
  },
  async 'the process exits while they compute'() {
    await Promise.all([startForEver(2), startForEver(2)]);
    await compute(2, 20);
    console.log('done');
    process.exit(0);
  },
};

if (isMainThread) {
  await scenarios[process.argv[2]]();
  console.log('done');
} else {
  parentPort.postMessage(await compute(workerData.threads, workerData.rounds));
}
