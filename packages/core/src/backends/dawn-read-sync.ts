import type { DataType } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { DawnTicks } from './dawn-ticks.js';

/** The part of tfjs' WebGPU backend that reading back needs. */
interface WebgpuBackend {
  readonly device: GPUDevice;
  readonly tensorMap: {
    get(
      dataId: object,
    ): { readonly dtype: DataType; readonly values: unknown; readonly resource: GPUBuffer } | undefined;
  };
  readonly commandEncoder: GPUCommandEncoder;
  readSync(dataId: object): unknown;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(dataId: object, values: unknown): unknown;
}

/**
 * Gives tfjs' WebGPU backend a `readSync` (and so `dataSync`) that works in Node: its own draws through a canvas.
 *
 * @param prototype The backend's class' prototype, changed in place.
 * @param settle Turns Dawn's event loop until a condition holds; false where it cannot.
 */
export function replaceReadSync(prototype: WebgpuBackend, settle: DawnTicks['settle']): void {
  const original = prototype.readSync;
  prototype.readSync = function (dataId) {
    const data = this.tensorMap.get(dataId);
    // What lies on the CPU needs no canvas; of complex numbers the parts come back here.
    if (!data || data.values || !data.resource) return original.call(this, dataId);
    const bytes = download(this, data.resource, settle);
    return this.convertAndCacheOnCPU(dataId, tf.util.convertBackendValuesAndArrayBuffer(bytes, data.dtype));
  };
}

function download(backend: WebgpuBackend, source: GPUBuffer, settle: DawnTicks['settle']): ArrayBuffer {
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = backend.device.createBuffer({ size: source.size, usage });
  try {
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
    backend.submitQueue();
    // The state tells a failure too; an unhandled rejection would end the process before this can throw.
    void staging.mapAsync(GPUMapMode.READ).catch(() => undefined);
    settle(() => staging.mapState !== 'pending');
    if (staging.mapState !== 'mapped')
      throw new Error(
        'WebGPU: a tensor could not be read synchronously; read it with `await tensor.data()` instead',
      );
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
