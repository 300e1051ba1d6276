import '@tensorflow/tfjs-layers';
import { createRng, variableGradients } from '@mix/core';
import { tinyBatch, tinyNetwork, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createMomentumNetwork, type MomentumNetworkOptions } from './momentum-network.js';

useBackend('cpu');

const make = (options: Partial<MomentumNetworkOptions> = {}) => {
  const student = tinyNetwork({ seed: 1 });
  const teacher = tinyNetwork({ seed: 2 });
  const network = createMomentumNetwork({
    student,
    teacher,
    embeddingSize: 5,
    rng: createRng(3),
    ...options,
  });
  return { student, teacher, network };
};
const numbersOf = (tensor: tf.Tensor | undefined): number[] => [...tensor!.dataSync()];

describe('createMomentumNetwork', () => {
  it('copies parameters and running statistics, or parameters alone', () => {
    const stats = tf.fill([4], 0.5);
    for (const copyStatsAtInit of [true, false]) {
      const student = tinyNetwork({ seed: 1 });
      student.all['bn1.running_mean']?.assign(stats);
      const { teacher } = make({ student, copyStatsAtInit });
      expect(numbersOf(teacher.all['bn1.running_mean'])[0]).toBe(copyStatsAtInit ? 0.5 : 0);
      for (const name of Object.keys(student.variables)) {
        expect(numbersOf(teacher.variables[name])).toEqual(numbersOf(student.variables[name]));
      }
    }
  });

  it('copies what is frozen with the parameters', () => {
    const student = tinyNetwork({ seed: 1 });
    const { 'bn1.weight': _, ...variables } = student.variables;
    student.all['bn1.weight']?.assign(tf.fill([4], 0.5));
    const { teacher } = make({ student: { ...student, variables }, copyStatsAtInit: false });
    expect(numbersOf(teacher.all['bn1.weight'])).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('moves backbone and both heads by the momentum, running statistics never, and stays at momentum 1', () => {
    for (const momentum of [0.75, 1]) {
      const { student, teacher, network } = make({ momentum });
      const names = ['conv1.weight', 'bn2.bias', 'fc.weight', 'bn1.running_mean'];
      for (const name of names) student.all[name]?.assign(tf.fill(student.all[name].shape, 2));
      network.headVariables['head_mix.fc.bias']?.assign(tf.fill([3], 2));
      const before = teacher.state().tensors;
      network.update(student, 0, 10);
      const after = teacher.state().tensors;
      for (const name of ['conv1.weight', 'bn2.bias', 'fc.weight']) {
        const kept = numbersOf(before[name]);
        numbersOf(after[name]).forEach((value, i) => {
          expect(value).toBeCloseTo(momentum * kept[i]! + (1 - momentum) * 2, 6);
        });
      }
      expect(numbersOf(after['bn1.running_mean'])).toEqual([0, 0, 0, 0]);
      const head = numbersOf(network.state().tensors['teacher_head_mix.fc.bias']);
      expect(head).toEqual([0, 0, 0].map(() => 2 * (1 - momentum)));
    }
  });

  it('lets gradients through the teacher to the images, and none to its weights', () => {
    const { network, teacher } = make();
    const { images } = tinyBatch();
    const mask = tf.variable(tinyBatch({ channels: 1, seed: 5 }).images);
    const everything = Object.values(tf.engine().registeredVariables);
    const { grads } = variableGradients(
      () => tf.sum(tf.square(network.teach(tf.mul(images, mask)).mixLogits)) as tf.Scalar,
      everything,
    );
    expect(numbersOf(tf.max(tf.abs(grads[mask.name]!)))[0]).toBeGreaterThan(1e-6);
    const frozen = Object.values(teacher.variables).map(({ name }) => name);
    expect(frozen.map((name) => grads[name])).toEqual(frozen.map(() => null));
    mask.dispose();
  });

  it('looks at clean images without a tape, and tracks their statistics', () => {
    const { network, teacher } = make();
    const { images } = tinyBatch();
    const f = (x: tf.Tensor): tf.Tensor => tf.sum(network.look(x as tf.Tensor4D, 1).features);
    expect(() => tf.grad(f)(images)).toThrow(/Cannot compute gradient/);
    expect(numbersOf(teacher.all['bn1.running_mean'])).not.toEqual([0, 0, 0, 0]);
    expect(() => network.look(images, 3)).toThrow(/stage must be from 1 to 2; got 3/);
  });

  it('saves and restores all, refuses another shape, and evaluates by four heads', () => {
    const { network, student } = make({ momentum: 0.5 });
    network.update(student, 0, 1);
    const state = network.state();
    const other = make();
    other.network.restore(state);
    const again = other.network.state();
    for (const [name, tensor] of Object.entries(state.tensors)) {
      expect(numbersOf(again.tensors[name]), name).toEqual(numbersOf(tensor));
    }
    const { 'head_mix.fc.bias': _, ...rest } = state.tensors;
    expect(() => network.restore({ ...state, tensors: rest })).toThrow(
      /state must hold head_mix.fc.bias float32 \[3\]/,
    );

    const { images } = tinyBatch();
    const heads = network.heads(student);
    const logits = Object.values(heads).map((head) =>
      numbersOf(head.forward(images, { training: false }).logits),
    );
    expect(logits[0]).not.toEqual(logits[1]);
    expect(logits[2]).not.toEqual(logits[3]);
    expect(Object.values(network.classify(student, images)).map(numbersOf)).toEqual(logits);
  });

  it('refuses one classifier as both, and leaks nothing', () => {
    const student = tinyNetwork();
    expect(() => make({ student, teacher: student })).toThrow(/teacher must be another classifier/);
    const teacher = tinyNetwork();
    const before = tf.memory().numTensors;
    const network = createMomentumNetwork({ student, teacher, embeddingSize: 5, rng: createRng(0) });
    network.update(student, 0, 10);
    const state = network.state();
    network.restore(state);
    tf.dispose([{ ...state.tensors }]);
    const batch = tinyBatch();
    tf.dispose([network.look(batch.images, 1), batch]);
    network.dispose();
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
