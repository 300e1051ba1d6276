import * as tf from '@tensorflow/tfjs-core';

const messages: string[] = [];
const watched = new WeakSet<GPUDevice>();

/** Keeps what goes wrong on the device of the live WebGPU backend: shaders that do not compile give zeros, not errors. */
export function watchWebgpu(): void {
  const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
  if (watched.has(device)) return;
  watched.add(device);
  device.addEventListener('uncapturederror', ({ error }) => messages.push(error.message));
}

/** What went wrong since it was last asked. */
export function takeWebgpuErrors(): string[] {
  return messages.splice(0);
}
