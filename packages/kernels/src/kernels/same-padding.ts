import {
  DepthwiseConv2dNative,
  FusedConv2D,
  FusedDepthwiseConv2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { overrideKernel } from '../internal/override-kernel.js';
import { convInfo, type WindowAttrs, withExplicitPadding } from '../internal/window.js';

interface ConvInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
}

/** Gives tfjs' other forward convolutions the padding that 'same' stands for; see `withExplicitPadding`. */
export function registerSamePadding(): void {
  for (const name of [DepthwiseConv2dNative, FusedConv2D, FusedDepthwiseConv2D]) {
    const depthwise = name !== FusedConv2D;
    overrideKernel<ConvInputs, WindowAttrs>(name, (call, original) => {
      const { x, filter } = call.inputs;
      if (call.attrs.pad !== 'same' || call.attrs.dataFormat === 'NCHW') return undefined;
      const info = convInfo(name, x.shape, filter.shape, call.attrs, depthwise);
      return original?.({ ...call, attrs: withExplicitPadding(call.attrs, info) });
    });
  }
}
