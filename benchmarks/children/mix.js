// The child of our sides: started by the harness with a backend's name, it prepares one piece of work at a time and runs it
// as often as it is told, in JSON lines.
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from './mix-backend.js';
import { prepareDecode } from './mix-decode.js';
import { prepareKernel } from './mix-kernels.js';
import { prepareLearned } from './mix-learned.js';
import { prepareMixer } from './mix-mixers.js';
import { prepareStep } from './mix-step.js';

const kinds = {
  step: prepareStep,
  learned: prepareLearned,
  kernel: prepareKernel,
  mixer: prepareMixer,
  decode: prepareDecode,
};

tf.enableProdMode();
const starting = startBackend(process.argv[2]);
starting.catch(() => undefined); // told to whoever asks first
let work;
let runs = 0;

const operations = {
  async prepare(request) {
    const { resetFallbacks } = await starting;
    await work?.dispose();
    work = undefined;
    globalThis.gc();
    work = await kinds[request.kind](request);
    runs = 0;
    resetFallbacks?.();
    return work.about;
  },
  async run({ count }) {
    const started = performance.now();
    let loss;
    for (let index = 0; index < count; index++) loss = await work.run(index === count - 1);
    runs += count;
    return { seconds: (performance.now() - started) / 1000, ...(loss !== undefined && { loss }) };
  },
  async report() {
    const { fallbacks } = await starting;
    const { numTensors, numBytes } = tf.memory();
    return { numTensors, numBytes, ...(fallbacks && { fallbacksPerRun: perRun(fallbacks()) }) };
  },
  versions: async () => (await starting).versions,
};

function perRun(counts) {
  return Object.fromEntries([...counts].map(([kernel, count]) => [kernel, count / runs]));
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let reply;
  try {
    reply = await operations[request.op](request);
  } catch (error) {
    reply = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);
