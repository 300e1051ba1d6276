import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { adamw } from './adamw.js';
import { sgd } from './sgd.js';
import { decayOf, type NoDecay } from './weight-decay.js';

useBackend('cpu');

const shapes: Readonly<Record<string, number[]>> = {
  'head.weight': [2, 3],
  'head.bias': [3],
  'norm.weight': [4],
  // A class of convolutions may keep its bias as a map.
  'conv.bias': [1, 1, 1, 2],
  cls_token: [1, 1, 4],
  pos_embed: [1, 5, 4],
  'blocks.0.attn.relative_position_bias_table': [9, 2],
  'features.1.0.layer_scale': [4, 1, 1],
  'blocks.0.pos_embedding_like.weight': [2, 2],
};

const exempt = (noDecay: NoDecay): string[] =>
  Object.entries(shapes)
    .filter(([name, shape]) => decayOf(name, tf.variable(tf.zeros(shape)), 0.1, noDecay) === 0)
    .map(([name]) => name);

it.each(['norms', 'biases', '', null])('refuses %j, which would be taken for norms and biases', (noDecay) => {
  const rule = "noDecay must be one of 'none', 'norms-and-biases', 'norms-biases-and-embeddings'";
  expect(() => sgd({ noDecay: noDecay as never })).toThrow(`sgd: ${rule}`);
  expect(() => adamw({ noDecay: noDecay as never })).toThrow(`adamw: ${rule}`);
});

it('exempts what it is asked to', () => {
  const plain = ['head.bias', 'norm.weight', 'conv.bias'];
  expect(exempt('none')).toEqual([]);
  expect(exempt('norms-and-biases')).toEqual(plain);
  expect(exempt('norms-biases-and-embeddings')).toEqual([
    ...plain,
    'cls_token',
    'pos_embed',
    'blocks.0.attn.relative_position_bias_table',
    'features.1.0.layer_scale',
  ]);
  expect(exempt((name) => name.startsWith('head'))).toEqual(['head.weight', 'head.bias']);
});
