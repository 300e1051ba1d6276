import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Targets } from '../targets.js';
import { runKernel } from './run-kernel.js';

/** The kernel without which {@link fusedSoftCrossEntropy} cannot be called; its gradient's is of the same name with `Grad`. */
export const softCrossEntropyKernel = 'MixSoftCrossEntropy';

/** `softCrossEntropy` by the backend's kernels, which read sparse targets as they are. */
export function fusedSoftCrossEntropy(logits: Tensor2D, targets: Targets): Tensor1D {
  const known: Record<string, Tensor> =
    targets.kind === 'dense'
      ? { values: targets.values }
      : { classes: targets.classes, weights: targets.weights };
  // A custom gradient rather than one registered for the kernel: targets that depend on the logits are constants all the same.
  const loss = tf.customGrad((...inputs) => {
    const [x, save] = inputs as unknown as [Tensor, tf.GradSaveFunc];
    save([x, ...Object.values(known)]);
    return {
      value: runKernel(softCrossEntropyKernel, { logits: x, ...known }),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [from, ...rest] = saved as [Tensor, ...Tensor[]];
        const given = Object.fromEntries(
          Object.keys(known).map((name, index) => [name, rest[index] as Tensor]),
        );
        return runKernel(`${softCrossEntropyKernel}Grad`, { dy, logits: from, ...given });
      },
    };
  });
  return loss(logits) as Tensor1D;
}
