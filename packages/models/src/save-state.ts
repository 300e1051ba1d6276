import { draftSafetensors, type TensorData } from '@mix/core';
import type { Model } from './model.js';
import type { Weight } from './weight.js';

/**
 * Writes a model's parameters and buffers as a safetensors file that PyTorch takes:
 * `model.load_state_dict(safetensors.torch.load_file(path))`, with the model's own names, convolutions OIHW, linear layers
 * `[out,in]` and integers as int64. What a model draws (stochastic depth) is not part of it; `model.state()` holds that too.
 *
 * @returns The whole file; beside it there is never more than one weight in memory.
 * @example
 * ```ts
 * await writeFile('resnet18.safetensors', await saveState(model));
 * ```
 */
export async function saveState(model: Pick<Model, 'weights'>): Promise<Uint8Array> {
  const entries = [...model.weights].map(([name, { shape, dtype }]) => {
    const entry = { shape, dtype: dtype === 'float32' ? 'F32' : 'I64' } as const;
    return [name, entry] as const;
  });
  const { bytes, write } = draftSafetensors(entries, { format: 'pt' });
  for (const [name, weight] of model.weights) write(name, await download(weight));
  return bytes;
}

async function download(weight: Weight): Promise<TensorData> {
  const tensor = weight.read();
  try {
    const data = await tensor.data();
    return weight.dtype === 'float32'
      ? (data as Float32Array)
      : BigInt64Array.from(data as Int32Array, BigInt);
  } finally {
    tensor.dispose();
  }
}
