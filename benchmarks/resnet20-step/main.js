// One whole training step of ResNet-20 (forward, loss, backward, SGD) here and in PyTorch, in turns, in one run.
// Run: node main.js [--batch 128] [--threads 1] [--rounds 5] [--steps 3] [--python /usr/bin/python3]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng, fromMixer, identity, selectBackend } from '@mix/core';
import { resnet20 } from '@mix/models';
import { sgd } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';

const { values: options } = parseArgs({
  options: {
    batch: { type: 'string', default: '128' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '3' },
    python: { type: 'string', default: '/usr/bin/python3' },
    backend: { type: 'string', default: 'wasm' },
  },
});
const [batch, steps, rounds] = [options.batch, options.steps, options.rounds].map(Number);

tf.enableProdMode();
await selectBackend(options.backend, { load: (name) => import(name) });
const rng = createRng(0);
const classifier = resnet20({ numClasses: 10, rng });
const method = fromMixer(identity);
const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
const names = new Map(Object.entries(classifier.variables).map(([name, variable]) => [variable.name, name]));
const pixels = Float32Array.from({ length: batch * 32 * 32 * 3 }, () => rng.normal());
const images = tf.tensor4d(pixels, [batch, 32, 32, 3]);
const labels = tf.tensor1d(
  Array.from({ length: batch }, () => rng.integer(10)),
  'int32',
);

function step(index) {
  const { value, grads } = tf.variableGrads(
    () => method.step(classifier, { images, labels }, { rng, step: index, progress: 0 }).losses.classifier,
    Object.values(classifier.variables),
  );
  const byName = Object.fromEntries(Object.entries(grads).map(([name, grad]) => [names.get(name), grad]));
  optimizer.update(classifier.variables, byName, 0.01);
  const loss = value.dataSync()[0];
  tf.dispose([value, grads]);
  return loss;
}

function ours() {
  const started = performance.now();
  for (let index = 0; index < steps; index++) step(index);
  return (performance.now() - started) / 1000 / steps;
}

async function startPeer(layout) {
  const script = fileURLToPath(new URL('pytorch_steps.py', import.meta.url));
  const child = spawn(options.python, [script, options.batch, options.threads, layout], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OPENBLAS_CORETYPE: 'SkylakeX', OMP_WAIT_POLICY: 'passive' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const version = (await lines.next()).value;
  const run = async (count) => {
    child.stdin.write(`${count}\n`);
    return Number((await lines.next()).value);
  };
  await run(2);
  return { version, run: () => run(steps), stop: () => child.stdin.end() };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const peers = { channels_last: await startPeer('channels_last'), nchw: await startPeer('nchw') };
ours();
const times = { ours: [], channels_last: [], nchw: [] };
const tensors = tf.memory().numTensors;
for (let round = 0; round < rounds; round++) {
  times.channels_last.push(await peers.channels_last.run());
  times.ours.push(ours());
  times.nchw.push(await peers.nchw.run());
}
for (const peer of Object.values(peers)) peer.stop();
const best = times.channels_last.map((time, round) => Math.min(time, times.nchw[round]));
const ratios = best.map((time, round) => time / times.ours[round]);
const seconds = Object.fromEntries(
  Object.entries(times).map(([name, list]) => [name, Number(median(list).toFixed(3))]),
);
console.log(
  JSON.stringify({
    what: `ResNet-20 step, batch ${batch}`,
    backend: options.backend,
    pytorch: peers.nchw.version,
    threads: Number(options.threads),
    node: process.version,
    seconds,
    speedOfPytorch: Number(median(ratios).toFixed(3)),
    ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
    tensorsGrown: tf.memory().numTensors - tensors,
  }),
);
