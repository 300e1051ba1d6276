import { backend_util } from '@tensorflow/tfjs-core';

/** Attributes that the convolution and pooling kernels share, as tfjs passes them. */
export interface WindowAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dilations?: [number, number] | number;
  readonly dataFormat?: 'NHWC' | 'NCHW';
}

type Shape4D = [number, number, number, number];

/** The geometry of a convolution over NHWC images. */
export function convInfo(
  kernelName: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dimRoundingMode, dilations = 1, dataFormat = 'NHWC' }: WindowAttrs,
  depthwise = false,
): backend_util.Conv2DInfo {
  if (dataFormat !== 'NHWC') {
    throw new Error(`${kernelName}: dataFormat must be 'NHWC' on wasm; got '${dataFormat}'`);
  }
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
  checkOutput(kernelName, info);
  return info;
}

/** The geometry of a pooling window over NHWC images. */
export function poolInfo(
  inputShape: readonly number[],
  filterSize: [number, number] | number,
  { strides, pad, dimRoundingMode, dilations = 1 }: WindowAttrs,
): backend_util.Conv2DInfo {
  const info = backend_util.computePool2DInfo(
    inputShape as Shape4D,
    filterSize,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  checkOutput('pooling', info);
  return info;
}

// tfjs computes sizes below 1 here, and its own kernel traps on them and takes the whole module with it.
function checkOutput(name: string, info: backend_util.Conv2DInfo): void {
  const { inHeight, inWidth, effectiveFilterHeight, effectiveFilterWidth, outHeight, outWidth } = info;
  if (outHeight >= 0 && outWidth >= 0 && (outHeight > 0 || inHeight === 0) && (outWidth > 0 || inWidth === 0))
    return;
  throw new Error(
    `${name}: the window must fit into the padded image; got ${effectiveFilterHeight}x${effectiveFilterWidth} ` +
      `in ${inHeight}x${inWidth}`,
  );
}

/** Batch, input, output: the first arguments of every windowed function of `assembly/`. */
export function extents(info: backend_util.Conv2DInfo, outChannels: readonly number[] = []): number[] {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = info;
  return [batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, ...outChannels];
}

/** Filter, stride, dilation and padding: their last arguments. */
export function steps(info: backend_util.Conv2DInfo): number[] {
  return [
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
    ...[info.dilationHeight, info.dilationWidth, info.padInfo.top, info.padInfo.left],
  ];
}

/**
 * The attributes with padding 'same' spelled out. tfjs' WebAssembly convolutions leave 'same' to XNNPACK, which
 * gives zeros where the window is larger than the image and the stride more than 1.
 */
export function withExplicitPadding<Attrs extends WindowAttrs>(
  attrs: Attrs,
  info: backend_util.Conv2DInfo,
): Attrs {
  if (attrs.pad !== 'same') return attrs;
  const { top, bottom, left, right } = info.padInfo;
  return {
    ...attrs,
    pad: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  };
}
