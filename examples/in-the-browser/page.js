// In the page: three steps of ResNet-20 with CutMix on each backend. On all of them the losses are the same.
import { createRng, disposeMixed, selectBackend, softCrossEntropy } from '@mix/core';
import { cutmix } from '@mix/handcrafted';
import { registerGradients } from '@mix/kernels/gradients';
import { resnet20 } from '@mix/models';
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

tf.enableProdMode();
registerGradients();
const results = [];
for (const [name, start] of Object.entries(backends)) {
  try {
    await start();
    results.push({ name: tf.getBackend(), ...(await train()) });
  } catch (error) {
    results.push({ name, problem: String(error) });
  }
  show(results.at(-1));
}
await fetch('/results', { method: 'POST', body: JSON.stringify(results) });

async function train() {
  const rng = createRng(0);
  const model = resnet20({ numClasses: 10, rng });
  const mix = cutmix();
  const optimizer = tf.train.sgd(0.05);
  const pixels = Float32Array.from({ length: 4 * 16 * 16 * 3 }, () => rng.normal());
  const batch = { images: tf.tensor4d(pixels, [4, 16, 16, 3]), labels: tf.tensor1d([0, 1, 2, 3], 'int32') };
  const losses = [];
  let milliseconds = 0;
  for (let step = 0; step < 3; step++) {
    const began = performance.now();
    const mixed = mix(batch, { rng: rng.fork('mix', step) });
    const loss = optimizer.minimize(() => {
      const { logits } = model.forward(mixed.images, { training: true });
      return tf.mean(softCrossEntropy(logits, mixed.targets));
    }, true);
    losses.push((await loss.data())[0]);
    // The first step compiles shaders too.
    milliseconds = Math.round(performance.now() - began);
    disposeMixed(mixed);
    loss.dispose();
  }
  return { losses, milliseconds };
}

function show({ name, losses, milliseconds, problem }) {
  const line = document.createElement('p');
  line.textContent = problem ?? `${name}: losses ${losses.join(', ')}; the last step took ${milliseconds} ms`;
  document.body.append(line);
}
