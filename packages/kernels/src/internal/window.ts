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
 * The attributes with the padding that gives the outputs of `info` spelled out. tfjs' WebAssembly kernels leave the geometry to XNNPACK:
 * it makes zeros of 'same' where the window is larger than the image and the stride more than 1, and it counts the outputs itself,
 * rounding down, which overruns or garbles them where tfjs-core has come to another number.
 */
export function withExplicitPadding<Attrs extends WindowAttrs>(
  name: string,
  attrs: Attrs,
  info: backend_util.Conv2DInfo,
): Attrs {
  const { top, bottom, left, right } = info.padInfo;
  const below = paddingAfter(
    info.inHeight + top,
    info.effectiveFilterHeight,
    info.strideHeight,
    info.outHeight,
    bottom,
  );
  const after = paddingAfter(
    info.inWidth + left,
    info.effectiveFilterWidth,
    info.strideWidth,
    info.outWidth,
    right,
  );
  if (attrs.pad !== 'same' && below === bottom && after === right) return attrs;
  if (below < 0 || after < 0) {
    throw new Error(
      `${name}: pad must be 'same', 'valid' or a number for each side where window, strides or dilations are not square; ` +
        `got ${JSON.stringify(attrs.pad)} with a window of ${info.effectiveFilterHeight}x${info.effectiveFilterWidth}, ` +
        `strides of ${info.strideHeight}x${info.strideWidth}`,
    );
  }
  return {
    ...attrs,
    pad: [
      [0, 0],
      [top, below],
      [left, after],
      [0, 0],
    ],
  };
}

/** The padding behind `size` pixels with which exactly `outputs` windows fit; `given` if they do with that. */
function paddingAfter(size: number, window: number, stride: number, outputs: number, given: number): number {
  const needed = (outputs - 1) * stride + window - size;
  const fits = given >= needed && given < needed + stride;
  return fits || outputs === 0 ? given : needed;
}
