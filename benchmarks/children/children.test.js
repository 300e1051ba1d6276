import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Inputs } from '../harness/inputs.js';
import { startSide } from '../harness/sides.js';
import { learnedRequest } from '../workloads/learned.js';
import { stepRequest, workloads } from '../workloads/workloads.js';

const python = '/usr/bin/python3';
const hasTorch = spawnSync(python, ['-c', 'import torch, torchvision']).status === 0;
if (!hasTorch) console.log('tests of the PyTorch sides are skipped: there is no torch and torchvision');

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const vectors = here('../../../shared/golden');
if (!existsSync(vectors))
  console.log('the peers of the learned mixers are not checked: there are no reference vectors');

const inputs = new Inputs();
afterAll(() => inputs.remove());

/**
 * The smallest work of each kind. Eight channels, since oneDNN 2.6 behind PyTorch writes beyond its memory where a strided 1x1 convolution
 * in channels_last has another number than a multiple of them, on processors without AVX-512.
 */
const step = { ...workloads.resnet18, batch: 2, options: { size: 8, width: 8, classes: 3 } };
const mixer = {
  op: 'prepare',
  kind: 'mixer',
  shape: [2, 4, 4, 3],
  classes: 3,
  images: inputs.images(96),
  labels: inputs.labels(2, 3),
};
const kernels = [
  ['conv-forward', { batch: 1, size: 4, kernel: 3, from: 2, to: 2, groups: 1 }],
  ['matmul', { count: 2, m: 2, k: 3, n: 4, left: true, right: true }],
  ['batch-norm-relu', { shape: [2, 4, 4, 3], gradient: true }],
  ['layer-norm', { shape: [2, 4, 6], gradient: true }],
  ['gelu', { shape: [2, 4], gradient: true }],
  ['softmax', { shape: [2, 4], gradient: false }],
  ['update', { ...workloads.resnet20, model: 'resnet20' }],
];

async function withSide(name, work) {
  const child = startSide(name, { threads: 1, python });
  try {
    return await work(child);
  } finally {
    await child.stop();
  }
}

async function exercise(child) {
  const { parameters } = await child.ask(stepRequest('resnet18', step, inputs));
  const first = await child.ask({ op: 'run', count: 1 });
  const later = await child.ask({ op: 'run', count: 10 });
  expect(later.seconds).toBeGreaterThan(first.seconds / 100);
  expect(Number.isFinite(first.loss + later.loss)).toBe(true);
  for (const method of ['cutmix+sumix', 'adautomix-3']) {
    await child.ask(learnedRequest(method, inputs, step));
    await child.ask({ op: 'run', count: 1 });
  }
  for (const name of ['mixup', 'cutmix']) {
    await child.ask({ ...mixer, mixer: name });
    await child.ask({ op: 'run', count: 2 });
  }
  for (const [kernel, { flops: _, ...sizes }] of kernels) {
    await child.ask({ op: 'prepare', kind: 'kernel', kernel, sizes });
    await child.ask({ op: 'run', count: 1 });
  }
  await expect(child.ask({ ...mixer, mixer: 'nomix' })).rejects.toThrow();
  return parameters;
}

describe('the children', () => {
  it('of tfjs do every kind of work, and keep no tensor of it', async () => {
    await withSide('tfjs-cpu', async (child) => {
      await exercise(child);
      await child.ask({ ...mixer, mixer: 'mixup' });
      const { numTensors: before } = await child.ask({ op: 'report' });
      await child.ask({ op: 'run', count: 3 });
      const { numTensors } = await child.ask({ op: 'report' });
      expect([before, numTensors]).toEqual([2, 2]);
    });
  });

  it.runIf(hasTorch)('of PyTorch do every kind of work', () => withSide('torch-cl', exercise));

  // The others take half a minute to build; each measurement compares their sizes.
  it.runIf(hasTorch)('build the same models on both sides', async () => {
    const counts = (name) =>
      withSide(name, async (child) => {
        const list = [];
        for (const model of ['resnet20', 'deit-tiny']) {
          const request = stepRequest(model, { ...workloads[model], batch: 1 }, inputs);
          const { parameters } = await child.ask(request);
          list.push([model, parameters]);
        }
        return list;
      });
    expect(await counts('tfjs-cpu')).toEqual(await counts('torch-nchw'));
  });

  it.runIf(hasTorch && existsSync(vectors))('of PyTorch compute the steps of the reference vectors', () => {
    const { status, stdout } = spawnSync(python, [here('check_torch_learned.py'), vectors], {
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
    expect(stdout).toContain('automix_step: 50 tensors');
  });
});
