import { type HostTensor, writeSafetensors } from '@mix/core';
import type { Model } from './model.js';
import type { Weight } from './weight.js';

/**
 * Writes a model's parameters and buffers as a safetensors file that PyTorch takes:
 * `model.load_state_dict(safetensors.torch.load_file(path))`, with the model's own names, convolutions OIHW, linear layers
 * `[out,in]` and integers as int64. What a model draws (stochastic depth) is not part of it; `model.state()` holds that too.
 *
 * @returns The whole file.
 * @example
 * ```ts
 * await writeFile('resnet18.safetensors', await saveState(model));
 * ```
 */
export async function saveState(model: Pick<Model, 'weights'>): Promise<Uint8Array> {
  const tensors: [string, HostTensor][] = [];
  for (const [name, weight] of model.weights) tensors.push([name, await download(weight)]);
  return writeSafetensors(tensors, { format: 'pt' });
}

async function download(weight: Weight): Promise<HostTensor> {
  const { shape } = weight;
  const tensor = weight.read();
  try {
    const data = await tensor.data();
    return weight.dtype === 'float32'
      ? { dtype: 'F32', shape, data: data as Float32Array }
      : { dtype: 'I64', shape, data: BigInt64Array.from(data as Int32Array, BigInt) };
  } finally {
    tensor.dispose();
  }
}
