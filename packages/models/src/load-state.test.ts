import { createRng, type HostTensor, isMixError, readSafetensors, writeSafetensors } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from './cifar-resnet.js';
import { swin } from './internal/swin.js';
import { visionTransformer } from './internal/vision-transformer.js';
import { loadState } from './load-state.js';
import { saveState } from './save-state.js';

const build = (seed: number, numClasses = 3) =>
  cifarResnet({ depth: 8, width: 2, numClasses, rng: createRng(seed) });
type Built = ReturnType<typeof build>;
type Entries = Map<string, HostTensor>;
const contents = (model: Built) =>
  Object.fromEntries([...model.weights].map(([name, weight]) => [name, weight.read().arraySync()]));
const changed = async (model: Built, change: (tensors: Entries) => void) => {
  const tensors = new Map(readSafetensors(await saveState(model)).tensors);
  change(tensors);
  return writeSafetensors(tensors);
};
const float = (shape: number[], value = 0): HostTensor => ({
  dtype: 'F32',
  shape,
  data: new Float32Array(tf.util.sizeFromShape(shape)).fill(value),
});

function refusal(action: () => unknown): { message: string; code: string | undefined } {
  try {
    action();
  } catch (error) {
    return { message: (error as Error).message, code: isMixError(error) ? error.code : undefined };
  }
  throw new Error('the state was accepted');
}

describe('saveState and loadState', () => {
  useBackend('cpu');

  it("carry a model over in PyTorch's layouts and types", async () => {
    const [first, second] = [build(1), build(2)];
    first.forward(tf.ones([2, 8, 8, 3]), { training: true });
    const bytes = await saveState(first);
    const { tensors, metadata } = readSafetensors(bytes);
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors.keys()].sort()).toEqual([...first.weights.keys()].sort());
    expect(tensors.get('layer2.0.conv1.weight')?.shape).toEqual([4, 2, 3, 3]);
    expect(tensors.get('fc.weight')?.shape).toEqual([3, 8]);
    expect(tensors.get('bn1.num_batches_tracked')).toEqual({
      dtype: 'I64',
      shape: [],
      data: new BigInt64Array([1n]),
    });
    const before = tf.memory().numTensors;
    expect(loadState(second, bytes)).toEqual({ skipped: [], resized: [] });
    expect(tf.memory().numTensors).toBe(before);
    expect(contents(second)).toEqual(contents(first));
  });

  it('take the state of another model from memory', () => {
    const [first, second] = [build(1), build(2)];
    loadState(second, first.state().tensors);
    expect(contents(second)).toEqual(contents(first));
  });

  it('leave out counters, and read 16-bit and 64-bit floats', async () => {
    const model = build(1);
    const bytes = await changed(build(2), (tensors) => {
      for (const name of [...tensors.keys()]) if (name.endsWith('tracked')) tensors.delete(name);
      tensors.set('fc.bias', { dtype: 'F64', shape: [3], data: new Float64Array([0.5, 1, -2]) });
    });
    loadState(model, withHalves(bytes, 'fc.bias', [0x3800, 0x3c00, 0xc000]));
    expect(contents(model)['fc.bias']).toEqual([0.5, 1, -2]);
    loadState(model, bytes);
    expect(contents(model)['fc.bias']).toEqual([0.5, 1, -2]);
  });

  it('keep the last layer for other classes on request', async () => {
    const [saved, model] = [build(1, 5), build(2)];
    const bytes = await saveState(saved);
    const own = contents(model);
    expect(refusal(() => loadState(model, bytes))).toEqual({
      code: 'STATE_MISMATCH',
      message:
        "loadState: the state must hold this model's 44 tensors; got 2 misfitting (fc.weight F32 [5,8] instead of float32 [3,8], " +
        "fc.bias F32 [5] instead of float32 [3]). Pass head: 'skip' to keep the model's own last layer",
    });
    expect(contents(model)).toEqual(own);
    expect(loadState(model, bytes, { head: 'skip' }).skipped.toSorted()).toEqual(['fc.bias', 'fc.weight']);
    const { 'fc.weight': weight, 'fc.bias': bias, ...rest } = contents(model);
    expect([weight, bias]).toEqual([own['fc.weight'], own['fc.bias']]);
    expect(contents(saved)).toMatchObject(rest);
  });

  it('take names with a prefix, and leave the others', async () => {
    const [saved, model] = [build(1), build(2)];
    const bytes = await changed(saved, (tensors) => {
      for (const [name, tensor] of [...tensors]) {
        tensors.delete(name);
        tensors.set(`model.${name}`, tensor);
      }
      tensors.set('optimizer.momentum', float([2]));
    });
    expect(refusal(() => loadState(model, bytes)).message).toMatch(
      /; 45 unexpected \(.*Pass prefix: 'model.'$/,
    );
    expect(loadState(model, bytes, { prefix: 'model.' }).skipped).toEqual(['optimizer.momentum']);
    expect(contents(model)).toEqual(contents(saved));
    const checkpoint = writeSafetensors(readSafetensors(bytes).tensors, { format: 'mix-checkpoint' });
    expect(loadState(build(3), checkpoint).skipped).toEqual(['optimizer.momentum']);
  });

  it('name what is missing, unexpected or misfitting, and change nothing', async () => {
    const model = build(1);
    const before = contents(model);
    const bytes = await changed(build(2), (tensors) => {
      tensors.delete('conv1.weight');
      tensors.set('conv2.weight', float([2]));
      tensors.set('bn1.bias', { dtype: 'I32', shape: [2], data: new Int32Array(2) });
      tensors.set('bn1.num_batches_tracked', {
        dtype: 'I64',
        shape: [],
        data: new BigInt64Array([2n ** 40n]),
      });
    });
    expect(refusal(() => loadState(model, bytes, { source: 'a.safetensors' }))).toEqual({
      code: 'STATE_MISMATCH',
      message:
        "loadState: a.safetensors must hold this model's 44 tensors; got 1 missing (conv1.weight); 1 unexpected (conv2.weight); " +
        '2 misfitting (bn1.bias I32 [2] instead of float32 [2], bn1.num_batches_tracked I64 [] instead of int32 []). ' +
        'Build the model with the factory and options that it was saved from',
    });
    expect(contents(model)).toEqual(before);
  });

  it('advise nothing about the head where more than that differs', async () => {
    const wider = cifarResnet({ depth: 8, width: 4, numClasses: 5, rng: createRng(0) });
    const bytes = await saveState(wider);
    expect(refusal(() => loadState(build(1), bytes)).message).toMatch(
      /37 misfitting \(.*\)\. Build the model with the factory and options that it was saved from$/,
    );
  });

  it.each([
    ['a file that was cut off', (bytes: Uint8Array) => bytes.subarray(0, -4), 'bytes of data'],
    ['a text', () => new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'), 'header claims'],
    [
      'what torch.save writes',
      () => new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0]),
      'safetensors.torch.save_file',
    ],
    [
      'an old pickle',
      () => new Uint8Array([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9]),
      'what torch.save writes',
    ],
  ])('refuse %s', async (_, damage, message) => {
    const model = build(1);
    const before = contents(model);
    const bytes = damage(await saveState(build(2)));
    const refused = refusal(() => loadState(model, bytes, { source: 'a.pth' }));
    expect(refused.code).toBe('FORMAT');
    expect(refused.message).toMatch(/^loadState: a\.pth/);
    expect(refused.message).toContain(message);
    expect(contents(model)).toEqual(before);
  });

  it.each<[string, () => unknown]>([
    ['"resnet.safetensors"', () => 'resnet.safetensors'],
    ['"ArrayBuffer of "', () => new ArrayBuffer(8)],
    ['"Object of tensors,values"', () => build(1).state()],
    ['undefined', () => undefined],
  ])('refuse what is neither bytes nor tensors: %s', (received, from) => {
    expect(refusal(() => loadState(build(2), from() as Uint8Array))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(
        `loadState: from must be the bytes of a file (a Uint8Array), or tensors by name; got ${received}. Read a file`,
      ),
    });
  });

  it('refuse a prefix that no name has', () => {
    const { tensors } = build(1).state();
    expect(refusal(() => loadState(build(2), tensors, { prefix: 'net.' }))).toEqual({
      code: 'STATE_MISMATCH',
      message:
        'loadState: prefix must be what names of the state begin with; got "net.". Its first is conv1.weight',
    });
  });

  it('refuse disposed tensors and unknown options', () => {
    const [model, other] = [build(1), build(2)];
    const { tensors } = other.state();
    tensors['fc.bias']?.dispose();
    expect(refusal(() => loadState(model, tensors)).message).toContain('1 misfitting (fc.bias disposed [3]');
    expect(refusal(() => loadState(model, tensors, { head: 'keep' as 'load' })).message).toContain(
      "loadState: head must be one of 'load', 'skip'; got \"keep\"",
    );
  });
});

describe('loadState of a transformer', () => {
  useBackend('cpu');

  it('interpolates position embeddings on request', async () => {
    const model = (imageSize: number | [number, number]) =>
      visionTransformer('tiny', {
        width: 8,
        depth: 4,
        heads: 2,
        numClasses: 2,
        imageSize,
        patchSize: 8,
        rng: createRng(0),
      });
    const [saved, wider] = [model(32), model([32, 48])];
    const flat = (n: number) => tf.concat([tf.fill([1, 1, 8], 7), tf.fill([1, n, 8], 0.25)], 1);
    saved.weights.get('pos_embed')?.write(flat(16));
    const bytes = await saveState(saved);
    expect(refusal(() => loadState(wider, bytes)).message).toMatch(
      /1 misfitting \(pos_embed F32 \[1,17,8\] instead of float32 \[1,25,8\]\)\. Pass positions: 'bicubic'/,
    );
    expect(loadState(wider, bytes, { positions: 'bicubic' })).toEqual({
      skipped: [],
      resized: ['pos_embed'],
    });
    const difference = tf.max(tf.abs(tf.sub(wider.weights.get('pos_embed')?.read() as tf.Tensor, flat(24))));
    expect(difference.dataSync()[0]).toBeLessThan(1e-5);
  });
});

describe('loadState of a window transformer', () => {
  useBackend('cpu');

  it('interpolates the tables of relative positions on request, and keeps its own indices', async () => {
    const model = (windowSize: number | [number, number]) =>
      swin('tiny', { width: 8, depths: [1], heads: [2], numClasses: 2, windowSize, rng: createRng(0) });
    const [saved, wider] = [model(2), model(4)];
    const table = 'features.1.0.attn.relative_position_bias_table';
    saved.weights.get(table)?.write(tf.fill([9, 2], 0.5));
    const bytes = await saveState(saved);
    expect(refusal(() => loadState(wider, bytes)).message).toContain("Pass positions: 'bicubic'");
    const index = 'features.1.0.attn.relative_position_index';
    expect(loadState(wider, bytes, { positions: 'bilinear' })).toEqual({
      skipped: [index],
      resized: [table],
    });
    const values = wider.weights.get(table)?.read().dataSync() ?? [];
    expect(values).toHaveLength(98);
    for (const value of values) expect(value).toBeCloseTo(0.5, 6);
    // Of as many positions, side by side otherwise.
    const long = model([2, 8]);
    const own = long.weights.get(index)?.read().arraySync();
    loadState(long, await saveState(wider), { positions: 'bilinear' });
    expect(long.weights.get(index)?.read().arraySync()).toEqual(own);
  });
});

/** Rewrites a tensor of three F64 as F16. */
function withHalves(bytes: Uint8Array, name: string, halves: number[]): Uint8Array {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const [begin, end] = header[name].data_offsets as [number, number];
  header[name] = { dtype: 'F16', shape: [3], data_offsets: [begin, begin + 6] };
  for (const entry of Object.values(header) as { data_offsets: number[] }[]) {
    if ((entry.data_offsets[0] as number) >= end)
      entry.data_offsets = entry.data_offsets.map((at) => at - 18);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const data = bytes.subarray(8 + length);
  const file = new Uint8Array(8 + text.length + data.length - 18);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data.subarray(0, begin), 8 + text.length);
  file.set(new Uint8Array(new Uint16Array(halves).buffer), 8 + text.length + begin);
  file.set(data.subarray(end), 8 + text.length + begin + 6);
  return file;
}
