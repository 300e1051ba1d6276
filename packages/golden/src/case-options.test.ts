import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMixBlock } from '@mix/automix';
import { createRng, writeSafetensors } from '@mix/core';
import { startBackend } from '@mix/test-utils';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { designOf } from './families/mix-block.js';
import { runGolden } from './run-golden.js';

const folder = mkdtempSync(join(tmpdir(), 'golden-options-'));
beforeAll(async () => {
  await startBackend('cpu');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Values = readonly [shape: readonly number[], values: readonly number[], dtype?: 'I32' | 'F32'];

// Two images of one channel, [1 2 3 4] and [5 6 7 8] in rows of two.
const x: Values = [
  [2, 2, 2, 1],
  [1, 2, 3, 4, 5, 6, 7, 8],
];
const labels: Values = [[2], [0, 1], 'I32'];
const swap: Values = [[2], [1, 0], 'I32'];
// As Python writes it: JSON, and Infinity.
const json = (fields: object): string =>
  JSON.stringify(fields, (_, value) => (value === Infinity ? 'inf' : value)).replace('"inf"', 'Infinity');

async function statusOf(
  name: string,
  tensors: Readonly<Record<string, Values>>,
  fields: { readonly config?: object; readonly draws?: object; readonly expected?: object },
): Promise<unknown> {
  const entries = Object.entries(tensors).map(([key, [shape, values, dtype = 'F32']]) => {
    const data = dtype === 'I32' ? Int32Array.from(values) : Float32Array.from(values);
    return [key, { dtype, shape, data }] as const;
  });
  const { config = {}, draws = {}, expected = {} } = fields;
  const metadata = { config: json(config), draws: json(draws), expected: json(expected) };
  writeFileSync(join(folder, `${name}.safetensors`), writeSafetensors(entries, metadata));
  for await (const row of runGolden(folder, [name])) return row;
  return undefined;
}

// A box of side trunc(2·√0.5) = 1 is empty: the labels weigh 1, or the 0.5 that was drawn.
it.each([
  [true, 1],
  [false, 0.5],
])('weights labels of CutMix by the box, or by what was drawn: %s', async (corrected, own) => {
  const row = await statusOf(
    `handcrafted_cutmix_${corrected}`,
    {
      'inputs.x': x,
      'inputs.labels': labels,
      'inputs.perm': swap,
      'outputs.x': x,
      'outputs.y': [
        [2, 2],
        [own, 1 - own, 1 - own, own],
      ],
      'outputs.box': [[4], [1, 1, 1, 1], 'I32'],
      'outputs.lam': [[1], [own]],
    },
    { config: { num_classes: 2, correct_lam: corrected }, draws: { lam: 0.5, cy: 1, cx: 1 } },
  );
  expect(row).toMatchObject({ status: 'pass' });
});

it('takes one mask for all images', async () => {
  const row = await statusOf(
    'handcrafted_cutout_shared',
    {
      'inputs.x': x,
      'inputs.centres': [[1, 2], [0, 1], 'I32'],
      'outputs.keep_mask': [
        [2, 2],
        [0, 0, 1, 1],
      ],
      'outputs.x': [x[0], [9, 9, 3, 4, 9, 9, 7, 8]],
    },
    { config: { length: 2, n_holes: 1, fill: 9 } },
  );
  expect(row).toMatchObject({ status: 'pass' });
});

it('fills all images of any number of channels alike', async () => {
  const row = await statusOf(
    'handcrafted_random_erasing_fill_two',
    {
      'inputs.x': x,
      'inputs.fill_const': [[1], [9]],
      'inputs.fill_pixels': [
        [1, 2, 1],
        [8, 9],
      ],
      'outputs.x_const': [x[0], [9, 9, 3, 4, 9, 9, 7, 8]],
      'outputs.x_pixel': [x[0], [8, 9, 3, 4, 8, 9, 7, 8]],
    },
    { draws: { h: 1, w: 2, top: 0, left: 0 } },
  );
  expect(row).toMatchObject({ status: 'pass' });
});

it.each([
  ['batch', 1],
  ['pair', 1],
  ['elem', 2],
])('has %s boxes of given sides', async (mode, count) => {
  const row = await statusOf(
    `handcrafted_timm_cutmix_minmax_${mode}`,
    {
      'inputs.x': x,
      'inputs.labels': labels,
      'inputs.hwyx': [[count, 4], [1, 2, 1, 0, 1, 2, 1, 0].slice(0, 4 * count), 'I32'],
      'outputs.x': [x[0], [1, 2, 7, 8, 5, 6, 3, 4]],
      'outputs.y': [
        [2, 2],
        [0.5, 0.5, 0.5, 0.5],
      ],
      'outputs.lam': [[2], [0.5, 0.5]],
    },
    { config: { mode, num_classes: 2, label_smoothing: 0 } },
  );
  expect(row).toMatchObject({ status: 'pass' });
});

it.each([[4], [5]])('tells a stripe of %d pixels from one that the ratio does not give', async (stripe) => {
  const row = await statusOf(
    `handcrafted_gridmask_${stripe}`,
    {
      'inputs.x': x,
      'outputs.keep_mask': [[2, 2, 2, 1], Array(8).fill(0)],
      'outputs.x': [x[0], Array(8).fill(0)],
    },
    {
      config: { variant: 'diagonal canvas', mode: 0, ratio: 0.7 },
      draws: { d: 5, start_h: 0, start_w: 0 },
      expected: { l: stripe },
    },
  );
  expect(row).toMatchObject(
    stripe === 4 ? { status: 'pass' } : { status: 'fail', worst: { what: 'expected.l' } },
  );
});

it.each([
  [true, { lamMultiply: 'residual', lamGain: 0.5 }],
  [false, { lamMultiply: 'plain', lamGain: 1 }],
])('makes a block of a factor of λ, residual %s', (residual, wanted) => {
  const design = designOf({ lam_mul: 0.5, lam_residual: residual, unsampling_mode: 'nearest' });
  expect(design).toMatchObject(wanted);
  createMixBlock({ ...design, channels: 2, rng: createRng(0) }).dispose();
});

it('reads an infinite option', async () => {
  const row = await statusOf(
    'handcrafted_remix_never',
    {
      'inputs.labels_a': labels,
      'inputs.labels_b': [[2], [1, 0], 'I32'],
      'inputs.lam': [[2], [0.25, 0.75]],
      'inputs.class_counts': [[2], [1000, 1], 'I32'],
      'outputs.lam_y': [[2], [0.25, 0.75]],
      'outputs.y': [
        [2, 2],
        [0.25, 0.75, 0.25, 0.75],
      ],
    },
    { config: { kappa: Infinity, tau: 0.5, num_classes: 2 } },
  );
  expect(row).toMatchObject({ status: 'pass' });
});
