import {
  backend_util,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  engine,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { type InputGradients, overrideGradient } from '../internal/override-gradient.js';
import { takesDilation } from '../internal/takes-dilation.js';
import type { WindowAttrs } from '../internal/window.js';

/** Adds dilation to the gradient of depthwiseConv2d where its kernels take it; everything else stays with tfjs' gradient. */
export function registerDepthwiseConv2dGradient(): void {
  overrideGradient<WindowAttrs>(
    DepthwiseConv2dNative,
    { inputsToSave: ['x', 'filter'] },
    (original) =>
      (dy, saved, attrs): InputGradients => {
        const dilated = !backend_util.tupleValuesAreOne(attrs.dilations ?? 1);
        if (original !== undefined && !(dilated && takesDilation())) {
          return original.gradFunc(dy, [...saved], attrs as never);
        }
        const [x, filter] = saved as [Tensor, Tensor];
        const run = (name: string, inputs: Record<string, Tensor>, shapes: object): Tensor =>
          engine().runKernel(name, inputs, { ...attrs, ...shapes } as never);
        return {
          x: () => run(DepthwiseConv2dNativeBackpropInput, { dy, filter }, { inputShape: x.shape }),
          filter: () => run(DepthwiseConv2dNativeBackpropFilter, { x, dy }, { filterShape: filter.shape }),
        };
      },
  );
}
