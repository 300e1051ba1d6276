import { createRng, plainTargets, softCrossEntropy } from '@mix/core';
import { resnet18 } from '@mix/models';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compareNumbers, compareRelatively } from '../check.js';
import { formulaImages, formulaState } from '../formula-weights.js';
import { type GoldenCase, need } from '../golden-case.js';
import type { Family } from './family.js';

const FORWARD = 1e-4;
const GRADIENT = 1e-3;

export const modelFamily: Family = async (golden) => {
  const model = resnet18({
    stem: golden.name.includes('cifar') ? 'cifar' : 'imagenet',
    numClasses: need(golden, 'outputs.logits').shape[1] as number,
    rng: createRng(0),
  });
  const empty = model.state();
  const filled = formulaState(empty);
  model.restore(filled);
  tf.dispose([empty.tensors, filled.tensors]);
  const { name, shape } = golden.metadata['input'] as {
    name: string;
    shape: [number, number, number, number];
  };
  const images = formulaImages(name, shape);
  const labels = tf.tensor1d(golden.metadata['target'] as number[], 'int32');
  const parameters = Object.values(model.variables).reduce((sum, variable) => sum + variable.size, 0);
  const checks = [
    compareNumbers('parameters', [parameters], [golden.metadata['parameters'] as number], 0),
    ...(await forwardChecks(golden, model, images)),
    ...(await gradientChecks(golden, model, images, labels)),
  ];
  model.dispose();
  return checks;
};

type Model = ReturnType<typeof resnet18>;

async function forwardChecks(golden: GoldenCase, model: Model, images: tf.Tensor4D): Promise<Check[]> {
  const { logits, embedding, stages } = model.forward(images, { training: false });
  const checks = [
    await compareRelatively(golden, 'outputs.logits', logits, FORWARD),
    await compareRelatively(golden, 'outputs.embedding', embedding, FORWARD),
  ];
  for (const [index, stage] of stages.entries()) {
    const all = await stage.data();
    const step = Math.max(1, Math.floor(all.length / 4096));
    const sample = all.filter((_, element) => element % step === 0).slice(0, 4096);
    const { mean, variance } = tf.moments(stage);
    const moments = [...(await mean.data()), Math.sqrt((await variance.data())[0] as number)];
    const prefix = `outputs.stage${index + 1}`;
    checks.push(
      await compareRelatively(golden, `${prefix}.sample`, sample, FORWARD),
      await compareRelatively(golden, `${prefix}.moments`, moments, FORWARD),
    );
  }
  return checks;
}

async function gradientChecks(
  golden: GoldenCase,
  model: Model,
  images: tf.Tensor4D,
  labels: tf.Tensor1D,
): Promise<Check[]> {
  const loss = (): tf.Scalar =>
    tf.mean(softCrossEntropy(model.forward(images, { training: false }).logits, plainTargets(labels)));
  const order = golden.metadata['grad_norms_order'] as string[];
  const { value, grads } = tf.variableGrads(loss, Object.values(model.variables));
  const byName = (name: string): tf.Tensor => grads[model.variables[name]?.name ?? ''] as tf.Tensor;
  const norms = await tf.stack(order.map((name) => tf.norm(byName(name)))).data();
  const byImage = tf.grad((input) =>
    tf.mean(
      softCrossEntropy(model.forward(input as tf.Tensor4D, { training: false }).logits, plainTargets(labels)),
    ),
  )(images);
  const [, height = 0, width = 0] = images.shape;
  const every4 = (size: number): tf.Tensor1D => tf.range(0, size, 4, 'int32');
  const sampled = tf.gather(tf.gather(byImage, every4(height), 1), every4(width), 2);
  return [
    await compareRelatively(golden, 'outputs.loss', value, FORWARD),
    await compareRelatively(golden, 'outputs.grad_input', sampled, GRADIENT),
    await compareRelatively(golden, 'outputs.grad_norms', norms, GRADIENT),
  ];
}
