// In the page: three steps of a small network with each method on each backend. On all of them the losses are the same.
import { adautomix } from '@mix/adautomix';
import { automix, samix } from '@mix/automix';
import { createRng, fromMixer, selectBackend, variableGradients } from '@mix/core';
import { cutmix } from '@mix/handcrafted';
import { registerGradients } from '@mix/kernels/gradients';
import { cifarResnet } from '@mix/models';
import { sumix } from '@mix/sumix';
import * as tf from '@tensorflow/tfjs-core';

// What a bundler is to pack must be named for it.
const packages = {
  '@tensorflow/tfjs-backend-cpu': () => import('@tensorflow/tfjs-backend-cpu'),
  '@tensorflow/tfjs-backend-webgpu': () => import('@tensorflow/tfjs-backend-webgpu'),
  '@mix/kernels/webgpu': () => import('@mix/kernels/webgpu'),
};
const load = (name) => packages[name]();

const backends = {
  cpu: () => selectBackend('cpu', { load }),
  webgpu: () => selectBackend('webgpu', { load }),
  webgl: async () => {
    await import('@tensorflow/tfjs-backend-webgl');
    if (!(await tf.setBackend('webgl'))) throw new Error('this browser has no WebGL');
  },
};

const learned = ({ classifier, teacher }) => ({
  classifier,
  teacher,
  imageShape: [8, 8, 3],
  rng: createRng(1),
  momentum: 'auto',
});
const methods = {
  cutmix: () => fromMixer(cutmix()),
  automix: (networks) => automix(learned(networks)),
  samix: (networks) => samix(learned(networks)),
  adautomix: (networks) => adautomix(learned(networks)),
  sumix: () => sumix(cutmix(), { head: { embeddingSize: 16, numClasses: 10, rng: createRng(2) } }),
};

tf.enableProdMode();
registerGradients();
const results = [];
for (const [backend, start] of Object.entries(backends)) {
  for (const [method, create] of Object.entries(methods)) {
    try {
      await start();
      results.push({ backend, method, ...(await train(create)) });
    } catch (error) {
      results.push({ backend, method, problem: String(error) });
    }
    show(results.at(-1));
  }
}
await fetch('/results', { method: 'POST', body: JSON.stringify(results) });

async function train(create) {
  const rng = createRng(0);
  const createNetwork = () => cifarResnet({ depth: 8, width: 4, numClasses: 10, rng });
  const [classifier, teacher] = [createNetwork(), createNetwork()];
  const method = create({ classifier, teacher });
  const groups = [classifier.variables, ...Object.values(method.groups)];
  const variables = groups.flatMap((group) => Object.values(group));
  const pixels = Float32Array.from({ length: 4 * 8 * 8 * 3 }, () => rng.normal());
  const batch = { images: tf.tensor4d(pixels, [4, 8, 8, 3]), labels: tf.tensor1d([0, 1, 2, 3], 'int32') };
  const losses = [];
  let milliseconds = 0;
  for (let step = 0; step < 3; step++) {
    const began = performance.now();
    const context = { rng: rng.fork('step', step), step, progress: step / 3, totalSteps: 3 };
    const loss = tf.tidy(() => {
      const { value, grads } = variableGradients(() => {
        const { losses: terms } = method.step(classifier, batch, context);
        return Object.values(terms).reduce((sum, term) => tf.add(sum, term));
      }, variables);
      for (const variable of variables) {
        const gradient = grads[variable.name];
        if (gradient) variable.assign(tf.sub(variable, tf.mul(gradient, 0.05)));
      }
      return value;
    });
    method.afterStep?.(classifier, context);
    losses.push((await loss.data())[0]);
    // The first step compiles shaders too.
    milliseconds = Math.round(performance.now() - began);
    loss.dispose();
  }
  tf.dispose(batch);
  for (const part of [method, teacher, classifier]) part.dispose?.();
  return { losses, milliseconds };
}

function show({ backend, method, losses, milliseconds, problem }) {
  const line = document.createElement('p');
  line.textContent =
    problem ?? `${backend}, ${method}: losses ${losses.join(', ')}; the last step took ${milliseconds} ms`;
  document.body.append(line);
}
