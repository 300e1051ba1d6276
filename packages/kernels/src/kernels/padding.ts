import {
  AvgPool,
  DepthwiseConv2dNative,
  FusedConv2D,
  FusedDepthwiseConv2D,
  MaxPool,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { overrideKernel } from '../internal/override-kernel.js';
import { convInfo, poolInfo, type WindowAttrs, withExplicitPadding } from '../internal/window.js';

interface ConvInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
}

type PoolAttrs = WindowAttrs & { readonly filterSize: [number, number] | number };

/** Gives tfjs' other forward windows the padding that makes the outputs which tfjs-core counts; see `withExplicitPadding`. */
export function registerPadding(): void {
  for (const name of [DepthwiseConv2dNative, FusedConv2D, FusedDepthwiseConv2D]) {
    const depthwise = name !== FusedConv2D;
    overrideKernel<ConvInputs, WindowAttrs>(name, (call, original) => {
      const { x, filter } = call.inputs;
      if (call.attrs.dataFormat === 'NCHW') return undefined;
      const info = convInfo(name, x.shape, filter.shape, call.attrs, depthwise);
      return original?.({ ...call, attrs: withExplicitPadding(name, call.attrs, info) });
    });
  }
  for (const name of [MaxPool, AvgPool]) {
    overrideKernel<{ readonly x: TensorInfo }, PoolAttrs>(name, (call, original) => {
      const info = poolInfo(call.inputs.x.shape, call.attrs.filterSize, call.attrs);
      return original?.({ ...call, attrs: withExplicitPadding(name, call.attrs, info) });
    });
  }
}
