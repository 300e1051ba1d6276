import {
  type GradConfig,
  getGradient,
  registerGradient,
  type Tensor,
  unregisterGradient,
} from '@tensorflow/tfjs-core';

/** What a gradient function answers: for each input a function that computes its gradient. */
export type InputGradients = Record<string, () => Tensor>;

/** A gradient function in our own terms: one `dy`, the saved tensors in order, typed attributes. */
export type Gradient<Attrs> = (dy: Tensor, saved: readonly Tensor[], attrs: Attrs) => InputGradients;

/** Registers a gradient in the place of tfjs' own, for all backends; `make` is given the one it replaces. */
export function overrideGradient<Attrs>(
  kernelName: string,
  saves: Pick<GradConfig, 'inputsToSave' | 'outputsToSave'>,
  make: (original: GradConfig | undefined) => Gradient<Attrs>,
): void {
  const original: GradConfig | undefined = getGradient(kernelName);
  if (original !== undefined) unregisterGradient(kernelName);
  const gradient = make(original);
  registerGradient({
    kernelName,
    ...saves,
    gradFunc: (dy, saved, attrs) => gradient(dy as Tensor, saved, attrs as unknown as Attrs),
  });
}
