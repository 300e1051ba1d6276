import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng, plainTargets, softCrossEntropy, variableGradients } from '@mix/core';
import * as models from '@mix/models';
import { sgd } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';

const size = 64;
const shared = { numClasses: 5 };
const imagenet = { ...shared, stem: 'imagenet' };
const deit = { ...shared, imageSize: size };
const vgg = { ...shared, hidden: 32 };

/** How to build each model here, by its name there. */
export const builders = {
  resnet18: [models.resnet18, imagenet],
  resnet34: [models.resnet34, imagenet],
  resnet50: [models.resnet50, imagenet],
  resnext50_32x4d: [models.resnext50, imagenet],
  wide_resnet50_2: [models.wideResnet50, imagenet],
  densenet121: [models.densenet121, imagenet],
  convnext_tiny: [models.convnextTiny, shared],
  swin_t: [models.swinTiny, shared],
  deit_tiny: [models.deitTiny, deit],
  deit_small: [models.deitSmall, deit],
  twins_svt_small: [models.twinsSvtSmall, shared],
  vgg11: [models.vgg11, vgg],
  vgg16_bn: [models.vgg16, { ...vgg, batchNorm: true }],
  preact_resnet18: [models.preactResnet18, shared],
  wrn16x8: [models.wrn16x8, shared],
  xception: [models.xception, imagenet],
  nexception_tiny: [models.nexceptionTiny, shared],
};

/** Whether there is a PyTorch to go through. */
export const hasTorch = (python) => spawnSync(python, ['-c', 'import torch, torchvision']).status === 0;

/**
 * Weights from PyTorch to here and back after a step of training: for each model the largest difference of its logits to PyTorch's,
 * after loading and after PyTorch has loaded what was saved, as a share of the largest logit.
 */
export async function roundTrip(names, python) {
  const folder = mkdtempSync(join(tmpdir(), 'mix-weights-'));
  try {
    const saved = runPython(python, ['save', folder, ...names]);
    const results = {};
    for (const name of names) results[name] = await throughMix(name, folder, saved[name]);
    const loaded = runPython(python, ['load', folder, ...names]);
    return names.map((name) => {
      const { differenceLoaded, trained, parameters } = results[name];
      return { name, parameters, loaded: differenceLoaded, saved: difference(trained, loaded[name]) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughMix(name, folder, wanted) {
  const [create, options] = builders[name];
  const model = create({ ...options, rng: createRng(0) });
  const images = tf.tidy(() => {
    const numbers = Float32Array.from({ length: 2 * size * size * 3 }, (_, index) => Math.sin(0.37 * index));
    return tf.tensor4d(numbers, [2, size, size, 3]);
  });
  const logits = () =>
    tf.tidy(() => Array.from(model.forward(images, { training: false }).logits.dataSync()));
  models.loadState(model, readFileSync(join(folder, `${name}.safetensors`)), { source: name });
  const differenceLoaded = difference(logits(), wanted);
  trainOnce(model, images);
  writeFileSync(join(folder, `${name}.mix.safetensors`), await models.saveState(model));
  const trained = logits();
  const parameters = Object.values(model.variables).reduce((sum, { size: count }) => sum + count, 0);
  model.dispose();
  images.dispose();
  return { differenceLoaded, trained, parameters };
}

/** A step, so that no weight and no running statistic is what was loaded. */
function trainOnce(model, images) {
  const optimizer = sgd();
  tf.tidy(() => {
    const labels = tf.tensor1d([0, 1], 'int32');
    const { grads } = variableGradients(
      () => tf.mean(softCrossEntropy(model.forward(images, { training: true }).logits, plainTargets(labels))),
      Object.values(model.variables),
    );
    const named = Object.entries(model.variables).map(([name, variable]) => [name, grads[variable.name]]);
    optimizer.update(model.variables, Object.fromEntries(named), 0.001);
  });
  optimizer.dispose();
}

function runPython(python, args) {
  const script = fileURLToPath(new URL('torch_weights.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, ['-B', script, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`torch_weights.py ${args[0]} failed: ${stderr}`);
  return JSON.parse(stdout);
}

function difference(got, wanted) {
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...got.map((value, index) => Math.abs(value - wanted[index]))) / largest;
}
