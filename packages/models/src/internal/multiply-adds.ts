import * as tf from '@tensorflow/tfjs-core';

/** What tfjs reports of a kernel that ran. */
export interface RunKernel {
  readonly name: string;
  readonly inputShapes: readonly (readonly number[] | null)[];
  readonly outputShapes: readonly (readonly number[])[];
}

/** The products that a kernel adds up; 0 for one that adds none up. */
export function multiplyAdds({ name, inputShapes, outputShapes }: RunKernel): number {
  const count = counts[name];
  if (count === undefined) return 0;
  const [first = [], second = []] = inputShapes.map((shape) => shape ?? []);
  return count(first, second, outputShapes[0] ?? []);
}

type Shape = readonly number[];
type Count = (first: Shape, second: Shape, output: Shape) => number;

const sizeOf = (shape: Shape): number => tf.util.sizeFromShape([...shape]);

// Filters are [height,width,in,out]; one in groups has the inputs of a group, one that is depthwise the outputs of an input.
const convolution: Count = (_, [height = 0, width = 0, inputs = 0], output) =>
  sizeOf(output) * height * width * inputs;
const depthwise: Count = (_, [height = 0, width = 0], output) => sizeOf(output) * height * width;
const transposed: Count = (dy, [height = 0, width = 0, inputs = 0]) => sizeOf(dy) * height * width * inputs;
const product: Count = (a, _, output) => {
  const [rows = 0, columns = 0] = a.slice(-2);
  // Whichever way round `a` is, it holds rows of the result times what is summed over.
  return (sizeOf(output) * rows * columns) / (output.at(-2) as number);
};
const attention: Count = ([batch = 0, tokens = 0, channels = 0]) =>
  (2 * batch * tokens * tokens * channels) / 3;

const counts: Readonly<Record<string, Count>> = {
  Conv2D: convolution,
  FusedConv2D: convolution,
  MixGroupedConv2D: convolution,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: depthwise,
  Conv2DBackpropInput: transposed,
  BatchMatMul: product,
  _FusedMatMul: product,
  MixAttention: attention,
};
