import {
  type backend_util,
  type DataId,
  type DataType,
  getKernel,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { convInfo, type WindowAttrs } from '../internal/window.js';

interface CpuBackend {
  readonly data: { get(id: DataId): { readonly values: Float32Array } };
  makeTensorInfo(shape: readonly number[], dtype: DataType, values: Float32Array): TensorInfo;
}

interface Call<Inputs extends string, Attrs> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>;
  readonly backend: CpuBackend;
  readonly attrs: Attrs;
}

type GroupAttrs = WindowAttrs & { readonly groups: number };
type FilterAttrs = WindowAttrs & { readonly filterShape: readonly number[] };

/**
 * What `groupedConv2d` of @mix/core calls, in JavaScript for the CPU backend, and in place of tfjs' the gradient of `conv2d` by its
 * filter: tfjs' reads every number by a call. That one is replaced only where the CPU backend was imported before.
 */
export function registerCpuConvolution(): void {
  register('MixGroupedConv2D', forward);
  register('MixGroupedConv2DBackpropInput', inputGradient);
  register('MixGroupedConv2DBackpropFilter', filterGradient);
  const original = getKernel('Conv2DBackpropFilter', 'cpu');
  if (original === undefined) return;
  unregisterKernel('Conv2DBackpropFilter', 'cpu');
  register('Conv2DBackpropFilter', (call: Call<'x' | 'dy', FilterAttrs>) =>
    call.attrs.dataFormat === 'NCHW'
      ? original.kernelFunc(call as never)
      : filterGradient({ ...call, attrs: { ...call.attrs, groups: 1 } }),
  );
}

function register(kernelName: string, kernel: (call: never) => ReturnType<KernelFunc>): void {
  registerKernel({ kernelName, backendName: 'cpu', kernelFunc: kernel as KernelFunc });
}

function forward({ inputs: { x, filter }, backend, attrs }: Call<'x' | 'filter', GroupAttrs>): TensorInfo {
  const info = convInfo('MixGroupedConv2D', x.shape, filter.shape, attrs);
  const [images, weights] = [valuesOf(backend, x), valuesOf(backend, filter)];
  const sums = new Float64Array(util.sizeFromShape(info.outShape));
  everyWindow(info, attrs.groups, (at, row, to, length) => {
    const value = images[at] as number;
    for (let k = 0; k < length; k++)
      sums[to + k] = (sums[to + k] as number) + value * (weights[row + k] as number);
  });
  return rounded(backend, info.outShape, sums);
}

function inputGradient({
  inputs: { dy, filter },
  backend,
  attrs,
}: Call<'dy' | 'filter', GroupAttrs & { readonly inputShape: readonly number[] }>): TensorInfo {
  const info = convInfo('MixGroupedConv2DBackpropInput', attrs.inputShape, filter.shape, attrs);
  const [gradients, weights] = [valuesOf(backend, dy), valuesOf(backend, filter)];
  const sums = new Float64Array(util.sizeFromShape(info.inShape));
  everyWindow(info, attrs.groups, (at, row, to, length) => {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += (gradients[to + k] as number) * (weights[row + k] as number);
    sums[at] = (sums[at] as number) + sum;
  });
  return rounded(backend, info.inShape, sums);
}

function filterGradient({
  inputs: { x, dy },
  backend,
  attrs,
}: Call<'x' | 'dy', GroupAttrs & FilterAttrs>): TensorInfo {
  const info = convInfo('Conv2DBackpropFilter', x.shape, attrs.filterShape, attrs);
  const [images, gradients] = [valuesOf(backend, x), valuesOf(backend, dy)];
  const sums = new Float64Array(util.sizeFromShape([...attrs.filterShape]));
  everyWindow(info, attrs.groups, (at, row, to, length) => {
    const value = images[at] as number;
    for (let k = 0; k < length; k++)
      sums[row + k] = (sums[row + k] as number) + value * (gradients[to + k] as number);
  });
  return rounded(backend, attrs.filterShape, sums);
}

/**
 * Calls `visit` for every number that a window sees: where it is in the images, and where the `length` weights that it is multiplied
 * with and the outputs that the products are added to begin. Those of a weight come in the order of the outputs.
 */
function everyWindow(
  info: backend_util.Conv2DInfo,
  groups: number,
  visit: (at: number, row: number, to: number, length: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  const [inner, outer] = [inChannels / groups, outChannels / groups];
  for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
    const down = Math.floor(tap / filterWidth) * dilationHeight - padInfo.top;
    const right = (tap % filterWidth) * dilationWidth - padInfo.left;
    const rows = seen(outHeight, strideHeight, down, inHeight);
    const columns = seen(outWidth, strideWidth, right, inWidth);
    for (let channel = 0; channel < inChannels; channel++) {
      const first = Math.floor(channel / inner) * outer;
      const row = (tap * inner + (channel % inner)) * outChannels + first;
      for (let batch = 0; batch < batchSize; batch++) {
        for (let y = rows.from; y < rows.to; y++) {
          const line = (batch * inHeight + y * strideHeight + down) * inWidth + right;
          const output = (batch * outHeight + y) * outWidth;
          for (let x = columns.from; x < columns.to; x++) {
            const at = (line + x * strideWidth) * inChannels + channel;
            visit(at, row, (output + x) * outChannels + first, outer);
          }
        }
      }
    }
  }
}

/** The outputs along a side whose window does not lie in the padding at this tap. */
function seen(outputs: number, stride: number, offset: number, inputs: number): { from: number; to: number } {
  return {
    from: Math.max(0, Math.ceil(-offset / stride)),
    to: Math.min(outputs, Math.ceil((inputs - offset) / stride)),
  };
}

function valuesOf(backend: CpuBackend, { dataId }: TensorInfo): Float32Array {
  return backend.data.get(dataId).values;
}

function rounded(backend: CpuBackend, shape: readonly number[], sums: Float64Array): TensorInfo {
  return backend.makeTensorInfo(shape, 'float32', Float32Array.from(sums));
}
