import { type HostTensor, invalidArgument, type NamedTensors } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Downloads tensors under `prefix`, and disposes them. */
export async function downloadTensors(
  prefix: string,
  tensors: NamedTensors,
  into: Map<string, HostTensor>,
): Promise<void> {
  try {
    for (const [name, tensor] of Object.entries(tensors)) {
      into.set(`${prefix}${name}`, await download(`${prefix}${name}`, tensor));
    }
  } finally {
    tf.dispose({ ...tensors });
  }
}

/** Runs `use` with the tensors that lie under `prefix`, on the device only as long as it takes. */
export function withUploaded(
  prefix: string,
  tensors: ReadonlyMap<string, HostTensor>,
  use: (tensors: NamedTensors) => void,
): void {
  const uploaded: Record<string, Tensor> = {};
  try {
    for (const [name, tensor] of tensors) {
      if (name.startsWith(prefix)) uploaded[name.slice(prefix.length)] = upload(name, tensor);
    }
    use(uploaded);
  } finally {
    tf.dispose(uploaded);
  }
}

async function download(name: string, tensor: Tensor): Promise<HostTensor> {
  const shape = tensor.shape;
  const data = await tensor.data();
  if (tensor.dtype === 'float32') return { dtype: 'F32', shape, data: data as Float32Array };
  if (tensor.dtype === 'int32') return { dtype: 'I32', shape, data: data as Int32Array };
  throw invalidArgument('checkpoint', `tensor '${name}'`, 'be float32 or int32', tensor.dtype, {
    code: 'DTYPE',
  });
}

function upload(name: string, { dtype, shape, data }: HostTensor): Tensor {
  if (dtype === 'F32') return tf.tensor(data as Float32Array, [...shape], 'float32');
  if (dtype === 'I32') return tf.tensor(data as Int32Array, [...shape], 'int32');
  throw invalidArgument('checkpoint', `tensor '${name}'`, 'be F32 or I32', dtype, { code: 'DTYPE' });
}
