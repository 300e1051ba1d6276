import type { GradFunc, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Attrs, runKernel } from './run-kernel.js';

/**
 * Runs one of our kernels, and lets tfjs know its gradient. Which inputs have one is up to `gradient`; each is computed only if it
 * is asked for.
 *
 * @param gradient Gives a function for each input that has a gradient. It must not depend on anything but its arguments.
 */
export function runFused<I extends Readonly<Record<string, Tensor>>, A extends Attrs>(
  name: string,
  inputs: I,
  attrs: A,
  gradient: (dy: Tensor, inputs: I, attrs: A) => Partial<Record<keyof I, () => Tensor>>,
): Tensor {
  if (tf.getGradient(name) === undefined) {
    const names = Object.keys(inputs);
    const gradFunc: GradFunc = (dy, saved, given) => {
      const again = Object.fromEntries(names.map((key, index) => [key, saved[index]]));
      return gradient(dy as Tensor, again as unknown as I, given as unknown as A) as ReturnType<GradFunc>;
    };
    tf.registerGradient({ kernelName: name, inputsToSave: names, gradFunc });
  }
  return runKernel(name, inputs, attrs);
}
