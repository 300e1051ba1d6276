import { createRng, type NamedTensors } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { loadState } from '../load-state.js';
import type { Model } from '../model.js';
import { vgg11 } from '../vgg11.js';
import { convnext } from './convnext.js';
import { swin } from './swin.js';
import { timmRenaming } from './timm-names.js';

const convnextBlock = (stage: number) =>
  [
    ['conv_dw', 'block.0'],
    ['norm', 'block.2'],
    ['mlp.fc1', 'block.3'],
    ['mlp.fc2', 'block.5'],
    ['gamma', 'layer_scale'],
  ].map(([timm, own]) => [`stages.${stage}.blocks.0.${timm}`, `features.${2 * stage + 1}.0.${own}`]);
const swinBlock = (stage: number) =>
  [
    ['mlp.fc1', 'mlp.0'],
    ['mlp.fc2', 'mlp.3'],
    ['attn', 'attn'],
    ['norm1', 'norm1'],
    ['norm2', 'norm2'],
  ].map(([timm, own]) => [`layers.${stage}.blocks.0.${timm}`, `features.${2 * stage + 1}.0.${own}`]);
const swinOf = (head: string, downsample: string) => [
  ['patch_embed.proj', 'features.0.0'],
  ['patch_embed.norm', 'features.0.2'],
  ...swinBlock(0),
  [downsample, 'features.2'],
  ...swinBlock(1),
  ['norm', 'norm'],
  [head, 'head'],
];

interface Case {
  readonly make: (seed: number, numClasses?: number) => Model;
  /** Modules or parameters as timm calls them, and as they are called here. */
  readonly names: readonly (readonly string[])[];
  /** What timm has in another shape. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

const small = { patchSize: 2, width: 4, depths: [1, 1] };
const windows = (seed: number, numClasses = 3) =>
  swin('swin', { ...small, heads: [1, 2], windowSize: 2, numClasses, rng: createRng(seed) });
const index = [4, 4];
const cases: Readonly<Record<string, Case>> = {
  ConvNeXt: {
    make: (seed, numClasses = 3) => convnext('convnext', { ...small, numClasses, rng: createRng(seed) }),
    names: [
      ['stem.0', 'features.0.0'],
      ['stem.1', 'features.0.1'],
      ...convnextBlock(0),
      ['stages.1.downsample.0', 'features.2.0'],
      ['stages.1.downsample.1', 'features.2.1'],
      ...convnextBlock(1),
      ['head.norm', 'classifier.0'],
      ['head.fc', 'classifier.2'],
    ],
    shapes: { 'stages.0.blocks.0.gamma': [4], 'stages.1.blocks.0.gamma': [8] },
  },
  Swin: { make: windows, names: swinOf('head.fc', 'layers.1.downsample') },
  'Swin of timm 0.6': {
    make: windows,
    names: swinOf('head', 'layers.0.downsample'),
    shapes: {
      'layers.0.blocks.0.attn.relative_position_index': index,
      'layers.1.blocks.0.attn.relative_position_index': index,
    },
  },
  VGG: {
    make: (seed, numClasses = 3) => vgg11({ width: 1, hidden: 4, numClasses, rng: createRng(seed) }),
    names: [
      ['features', 'features'],
      ['pre_logits.fc1', 'classifier.0'],
      ['pre_logits.fc2', 'classifier.3'],
      ['head.fc', 'classifier.6'],
    ],
    shapes: { 'pre_logits.fc1.weight': [4, 8, 7, 7], 'pre_logits.fc2.weight': [4, 4, 1, 1] },
  },
};

/** The model's state as timm saves it. */
function asTimm(model: Model, { names, shapes = {} }: Case): NamedTensors {
  const renamed = Object.entries(model.state().tensors).map(([name, tensor]) => {
    const [timm, own] = names.find(([, begin = '']) => `${name}.`.startsWith(`${begin}.`)) as [
      string,
      string,
    ];
    const given = timm + name.slice(own.length);
    return [given, tf.reshape(tensor, [...(shapes[given] ?? tensor.shape)])] as const;
  });
  return Object.fromEntries(renamed);
}
const contents = (model: Model) =>
  Object.fromEntries([...model.weights].map(([name, weight]) => [name, weight.read().arraySync()]));

describe.each(Object.entries(cases))('the names of timm: %s', (_, given) => {
  useBackend('cpu');

  it('are found in a file, also behind a prefix', () => {
    const [saved, model, other] = [given.make(1), given.make(2), given.make(3)];
    const state = asTimm(saved, given);
    expect(loadState(model, state)).toEqual({ skipped: [], resized: [] });
    expect(contents(model)).toEqual(contents(saved));
    const longer = Object.fromEntries(
      Object.entries(state).map(([name, tensor]) => [`module.${name}`, tensor]),
    );
    loadState(other, longer, { prefix: 'module.' });
    expect(contents(other)).toEqual(contents(saved));
  });

  it('are found for the last layer too', () => {
    const [saved, model] = [given.make(1, 5), given.make(2)];
    const state = asTimm(saved, given);
    expect(() => loadState(model, state)).toThrow(/2 misfitting .*Pass head: 'skip'/);
    const head = given.names.at(-1)?.[0];
    expect(loadState(model, state, { head: 'skip' }).skipped).toEqual([`${head}.weight`, `${head}.bias`]);
  });
});

describe('timmRenaming', () => {
  it('leaves out masks of attention, and leaves other files alone', () => {
    const names = new Set(['layers.0.blocks.0.attn.relative_position_bias_table']);
    const rename = timmRenaming(names);
    expect(rename?.('layers.0.blocks.1.attn_mask')).toBeUndefined();
    expect(rename?.('something.else')).toBe('something.else');
    expect(timmRenaming(new Set(['features.0.0.weight']))).toBeUndefined();
  });
});
