import { choose, createRng, disposeMixed, softCrossEntropy } from '@mix/core';
import { cutmix, mixup, resizemix } from '@mix/handcrafted';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';

const rng = createRng(0);
const mix = choose([mixup({ alpha: 0.2 }), cutmix({ mode: 'elem' }), resizemix()]);
const model = sequential({ layers: [layers.flatten({ inputShape: [8, 8, 1] }), layers.dense({ units: 2 })] });
const optimizer = tf.train.adam(0.02, 0.9, 0.999, 1e-7);
for (let step = 0; step < 100; step++) {
  const batch = brightHalves(32); // { images: float32 [B,H,W,C], labels: int32 [B] }
  const mixed = mix(batch, { rng });
  optimizer.minimize(() => tf.mean(softCrossEntropy(model.apply(mixed.images), mixed.targets)));
  disposeMixed(mixed);
  tf.dispose(batch);
}
const { images, labels } = brightHalves(500);
const hits = tf.equal(tf.argMax(model.predict(images), 1), labels);
console.log(`clean accuracy ${tf.mean(tf.cast(hits, 'float32')).dataSync()[0].toFixed(2)}`);

function brightHalves(size) {
  const labels = Array.from({ length: size }, () => rng.integer(2));
  const pixel = (label, at) => rng.normal() + (label === at >> 5 ? 1 : 0); // class 0: the upper half is brighter
  const pixels = labels.flatMap((label) => Array.from({ length: 64 }, (_, at) => pixel(label, at)));
  return { images: tf.tensor4d(pixels, [size, 8, 8, 1]), labels: tf.tensor1d(labels, 'int32') };
}
