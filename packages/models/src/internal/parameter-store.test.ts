import { createRng, isMixError, type State } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from '../cifar-resnet.js';

const build = (seed: number, width = 2, shortcut: 'identity' | 'projection' = 'identity') =>
  cifarResnet({ depth: 8, width, shortcut, numClasses: 3, rng: createRng(seed) });

function refusal(action: () => void): string {
  try {
    action();
  } catch (error) {
    expect(isMixError(error) && error.code).toBe('STATE_MISMATCH');
    return (error as Error).message;
  }
  throw new Error('restore accepted the state');
}

const values = ({ tensors }: State) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.arraySync()]));

describe('state and restore', () => {
  useBackend('cpu');

  it('gives parameters and buffers under the names and shapes of PyTorch', () => {
    const { tensors } = build(0, 2, 'projection').state();
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      'conv1.weight': [2, 3, 3, 3],
      'bn1.weight': [2],
      'bn1.running_var': [2],
      'bn1.num_batches_tracked': [],
      'layer1.0.conv1.weight': [2, 2, 3, 3],
      'layer2.0.conv1.weight': [4, 2, 3, 3],
      'layer2.0.bn2.bias': [4],
      'layer2.0.downsample.0.weight': [4, 2, 1, 1],
      'layer2.0.downsample.1.running_mean': [4],
      'fc.weight': [3, 8],
      'fc.bias': [3],
    });
    expect(tensors['bn1.num_batches_tracked']?.dtype).toBe('int32');
  });

  it('carries a model over to another, buffers included', () => {
    const [first, second] = [build(1), build(2)];
    const images = tf.tidy(() => tf.reshape(tf.sin(tf.range(0, 2 * 8 * 8 * 3)), [2, 8, 8, 3]) as tf.Tensor4D);
    first.forward(images, { training: true });
    second.restore(first.state());
    expect(values(second.state())).toEqual(values(first.state()));
    const logits = [first, second].map((model) =>
      Array.from(model.forward(images, { training: false }).logits.dataSync()),
    );
    expect(logits[1]).toEqual(logits[0]);
  });

  it('keeps no hold on the tensors it was given, and gives fresh ones', () => {
    const model = build(1);
    const state = model.state();
    model.restore(state);
    const before = tf.memory().numTensors;
    tf.dispose(state.tensors);
    expect(before - tf.memory().numTensors).toBe(44);
    expect(model.state().tensors['fc.bias']?.dataSync()).toHaveLength(3);
  });

  it("refuses another model's state in one line and stays as it was", () => {
    const model = build(1);
    const before = values(model.state());
    const wider = refusal(() => model.restore(build(1, 4).state()));
    expect(wider).toContain("Classifier.restore: state must hold this model's 44 tensors; got 36 misfitting");
    expect(wider).toContain('(conv1.weight float32 [4,3,3,3] instead of float32 [2,3,3,3], ');
    expect(wider).not.toContain('\n');
    expect(refusal(() => model.restore(build(1, 2, 'projection').state()))).toContain(
      'got 12 unexpected (layer2.0.downsample.0.weight, ',
    );
    const { 'fc.bias': dropped, ...rest } = model.state().tensors;
    expect(refusal(() => model.restore({ tensors: rest, values: {} }))).toContain('got 1 missing (fc.bias)');
    const renamed = { ...rest, 'linear.bias': dropped as tf.Tensor };
    expect(refusal(() => model.restore({ tensors: renamed, values: {} }))).toContain(
      'got 1 missing (fc.bias); 1 unexpected (linear.bias)',
    );
    expect(values(model.state())).toEqual(before);
  });

  it('refuses disposed tensors', () => {
    const model = build(1);
    const before = values(model.state());
    const state = build(2).state();
    state.tensors['fc.bias']?.dispose();
    expect(refusal(() => model.restore(state))).toContain('got 1 misfitting (fc.bias is disposed)');
    expect(values(model.state())).toEqual(before);
  });

  it('frees everything once', () => {
    const before = tf.memory().numTensors;
    const model = build(0);
    expect(tf.memory().numTensors).toBe(before + 44);
    model.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
