import * as tf from '@tensorflow/tfjs-core';
import { shapeKernels } from './shape-kernels.js';

const NAME = 'shapes';

/**
 * Makes a backend current that computes no values, only shapes: large models run on it in no time and hold no memory. It knows the
 * kernels of forward passes; reading a tensor is an error.
 */
export async function useShapeBackend(): Promise<void> {
  if (tf.findBackend(NAME) === null) {
    tf.registerBackend(NAME, () => new ShapeBackend());
    for (const [kernelName, outShapes] of Object.entries(shapeKernels)) {
      tf.registerKernel({
        kernelName,
        backendName: NAME,
        kernelFunc: ({ inputs, attrs }) => {
          const { shapes, dtype } = outShapes(inputs as tf.NamedTensorInfoMap, attrs ?? {});
          const made = shapes.map((shape) => ({ dataId: {}, shape: [...shape], dtype }));
          return made.length === 1 ? (made[0] as tf.TensorInfo) : made;
        },
      });
    }
  }
  await tf.setBackend(NAME);
}

class ShapeBackend extends tf.KernelBackend {
  override write(): tf.DataId {
    return {};
  }
  override move(): void {}
  override incRef(): void {}
  override refCount(): number {
    return 1;
  }
  override disposeData(): boolean {
    return true;
  }
  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  // Without, tfjs would read every output when it profiles.
  override timerAvailable(): boolean {
    return true;
  }
  override async time(run: () => void): Promise<tf.BackendTimingInfo> {
    run();
    return { kernelMs: 0 };
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
}
