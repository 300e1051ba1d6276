import { existsSync, readFileSync } from 'node:fs';
import { createRng, type HostTensor, plainTargets, readSafetensors, softCrossEntropy } from '@mix/core';
import { registerKernels } from '@mix/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { formulaImages, formulaState } from './formula-fill.test-data.js';
import { resnet18 } from './resnet18.js';

// Torchvision's own outputs and gradients; the file lives beside the repository, not in it.
const file = new URL('../../../../shared/golden/models_resnet18_cifar.safetensors', import.meta.url);

describe.skipIf(!existsSync(file))('resnet18 against torchvision', () => {
  beforeAll(async () => {
    registerKernels();
    await tf.setBackend('wasm');
  });

  it('has its stages, embedding, logits, loss and gradients', () => {
    const { tensors, metadata } = readSafetensors(new Uint8Array(readFileSync(file)));
    const golden = (name: string) => Array.from((tensors.get(`outputs.${name}`) as HostTensor).data, Number);
    const meta = <T>(key: string): T => JSON.parse(metadata[key] as string);
    const model = resnet18({ numClasses: 10, stem: 'cifar', rng: createRng(1) });
    const fresh = model.state();
    model.restore(formulaState(fresh));
    const names = Object.keys(model.variables);
    expect(Object.values(model.variables).reduce((sum, { size }) => sum + size, 0)).toBe(meta('parameters'));
    for (const [name, shape] of Object.entries(meta<Record<string, number[]>>('state_dict'))) {
      expect(fresh.tensors[name]?.shape, name).toEqual(shape);
    }

    const images = formulaImages(
      'resnet18_cifar',
      meta<{ shape: [number, number, number, number] }>('input').shape,
    );
    const target = tf.tensor1d(meta<number[]>('target'), 'int32');
    const { logits, embedding, stages } = model.forward(images, { training: false });
    stages.forEach((stage, index) => {
      const values = Array.from(stage.dataSync());
      const step = Math.max(1, Math.floor(values.length / 4096));
      const sample = values.filter((_, element) => element % step === 0).slice(0, 4096);
      const { mean, variance } = tf.moments(stage);
      expect(stage.shape).toEqual(meta<number[][]>('stage_shapes')[index]);
      expect(relativeError(sample, golden(`stage${index + 1}.sample`))).toBeLessThan(1e-4);
      const moments = [...mean.dataSync(), Math.sqrt(variance.dataSync()[0] as number)];
      expect(relativeError(moments, golden(`stage${index + 1}.moments`))).toBeLessThan(1e-4);
    });
    expect(relativeError(embedding.dataSync(), golden('embedding'))).toBeLessThan(1e-4);
    expect(relativeError(logits.dataSync(), golden('logits'))).toBeLessThan(1e-4);

    const loss = (x: tf.Tensor4D) =>
      tf.mean(softCrossEntropy(model.forward(x, { training: false }).logits, plainTargets(target)));
    const { value, grads } = tf.valueAndGrads((x: tf.Tensor) => loss(x as tf.Tensor4D))([images]);
    expect(relativeError(value.dataSync(), golden('loss'))).toBeLessThan(1e-4);
    const [byImage] = grads as [tf.Tensor4D];
    const rows = tf.range(0, 32, 4, 'int32');
    const coarse = tf.gather(tf.gather(byImage, rows, 1), rows, 2);
    expect(relativeError(coarse.dataSync(), golden('grad_input'))).toBeLessThan(1e-3);

    const byVariable = tf.variableGrads(
      () => loss(images) as tf.Scalar,
      Object.values(model.variables),
    ).grads;
    const norms = meta<string[]>('grad_norms_order').map((name) => {
      const gradient = byVariable[model.variables[name]?.name ?? ''] as tf.Tensor;
      const slopes = Array.from(gradient.dataSync());
      return Math.sqrt(slopes.reduce((sum, slope) => sum + slope * slope, 0));
    });
    expect(names).toHaveLength(norms.length);
    expect(relativeError(norms, golden('grad_norms'))).toBeLessThan(1e-3);
  }, 60_000);
});

function relativeError(got: ArrayLike<number>, want: readonly number[]): number {
  expect(got.length).toBe(want.length);
  const largest = want.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return want.reduce((max, value, i) => Math.max(max, Math.abs((got[i] as number) - value)), 0) / largest;
}
