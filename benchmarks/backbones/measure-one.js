// One model in a process of its own: argv is the backend, the group and the model. Prints one line of JSON.
import { createRng, plainTargets, softCrossEntropy, variableGradients } from '@mix/core';
import { countParameters } from '@mix/models';
import { sgd } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../children/mix-backend.js';
import { groups } from './models.js';

const SECONDS = 3;
const MOST = 10;

const [backend, group, name] = process.argv.slice(2);
const { size, batch, numClasses, models } = groups[group];
await startBackend(backend);
const model = models[name]({ numClasses, rng: createRng(0) });
const built = peak();
const names = new Map(Object.entries(model.variables).map(([key, { name: id }]) => [id, key]));
const optimizer = sgd({ momentum: 0.9 });
const images = tf.reshape(tf.sin(tf.range(0, batch * size * size * 3)), [batch, size, size, 3]);
const labels = tf.tensor1d(
  Array.from({ length: batch }, (_, index) => index % numClasses),
  'int32',
);

function step() {
  const started = performance.now();
  tf.tidy(() => {
    const loss = () =>
      tf.mean(softCrossEntropy(model.forward(images, { training: true }).logits, plainTargets(labels)));
    const { value, grads } = variableGradients(loss, Object.values(model.variables));
    const named = Object.entries(grads).map(([id, gradient]) => [names.get(id), gradient]);
    optimizer.update(model.variables, Object.fromEntries(named), 1e-3);
    value.dataSync();
  });
  return (performance.now() - started) / 1000;
}

step(); // the first also compiles and plans
const times = [];
while (times.length < MOST && (times.length < 2 || times.reduce((sum, time) => sum + time) < SECONDS)) {
  times.push(step());
}
times.sort((a, b) => a - b);
const seconds = times[Math.floor((times.length - 1) / 2)];
const parameters = countParameters(model);
console.log(JSON.stringify({ seconds, steps: times.length, parameters, built, peak: peak() }));

/** The most memory that this process has held, in bytes. */
function peak() {
  return process.resourceUsage().maxRSS * 1024;
}
