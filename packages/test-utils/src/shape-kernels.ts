import * as tf from '@tensorflow/tfjs-core';

type Shape = readonly number[];
type Attributes = Readonly<Record<string, unknown>>;

/** What a kernel gives. */
interface Outputs {
  readonly shapes: readonly Shape[];
  readonly dtype: tf.DataType;
}

type ShapeKernel = (inputs: tf.NamedTensorInfoMap, attributes: Attributes) => Outputs;

const { backend_util: backend, util } = tf;

/** The shapes that tfjs' kernels give, by name. */
export const shapeKernels: Readonly<Record<string, ShapeKernel>> = {
  ...each(['Identity', 'Neg', 'Relu', 'Sigmoid', 'Tanh', 'Rsqrt', 'Erf', 'Square', 'ZerosLike'], likeFirst),
  ...each(['Softmax', 'Reverse', 'Sqrt', 'Exp'], likeFirst),
  ...each(['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum'], (inputs) => {
    const [a, b] = pair(inputs);
    return { shapes: [backend.assertAndGetBroadcastShape(a.shape, b.shape)], dtype: a.dtype };
  }),
  ...each(['Conv2D', 'FusedConv2D'], (inputs, attributes) => convolution(inputs, attributes, false)),
  ...each(['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'], (inputs, attributes) =>
    convolution(inputs, attributes, true),
  ),
  ...each(['MaxPool', 'AvgPool'], (inputs, { filterSize, strides, pad, dimRoundingMode }) => {
    const [x] = list(inputs);
    const info = backend.computePool2DInfo(
      x.shape as [number, number, number, number],
      filterSize as number,
      strides as number,
      1,
      pad as number,
      dimRoundingMode as 'floor',
    );
    return { shapes: [info.outShape], dtype: x.dtype };
  }),
  ...each(['BatchMatMul', '_FusedMatMul'], (inputs, { transposeA, transposeB }) => {
    const [a, b] = pair(inputs);
    const outer = backend.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const rows = a.shape.at(transposeA ? -1 : -2) as number;
    const columns = b.shape.at(transposeB ? -2 : -1) as number;
    return { shapes: [[...outer, rows, columns]], dtype: a.dtype };
  }),
  ...each(['Mean', 'Sum', 'Max'], (inputs, { axis, keepDims }) => {
    const [x] = list(inputs);
    const axes = util.parseAxisParam(axis as number[], x.shape);
    const kept = x.shape.map((size, index) => (axes.includes(index) ? 1 : size));
    return { shapes: [keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i))], dtype: x.dtype };
  }),
  ...each(['PadV2'], (inputs, { paddings }) => {
    const [x] = list(inputs);
    const pads = paddings as [number, number][];
    const padded = (size: number, axis: number): number => {
      const [before = 0, after = 0] = pads[axis] ?? [];
      return before + size + after;
    };
    return { shapes: [x.shape.map(padded)], dtype: x.dtype };
  }),
  Cast: (inputs, { dtype }) => ({ shapes: [list(inputs)[0].shape], dtype: dtype as tf.DataType }),
  Reshape: (inputs, { shape }) => {
    const [x] = list(inputs);
    return {
      shapes: [util.inferFromImplicitShape(shape as number[], util.sizeFromShape(x.shape))],
      dtype: x.dtype,
    };
  },
  ExpandDims: (inputs, { dim }) => {
    const [x] = list(inputs);
    const at = (dim as number) < 0 ? x.shape.length + 1 + (dim as number) : (dim as number);
    return { shapes: [[...x.shape.slice(0, at), 1, ...x.shape.slice(at)]], dtype: x.dtype };
  },
  Transpose: (inputs, { perm }) => {
    const [x] = list(inputs);
    return { shapes: [(perm as number[]).map((axis) => x.shape[axis] as number)], dtype: x.dtype };
  },
  Concat: (inputs, { axis }) => {
    const all = list(inputs);
    const [at = 0] = util.parseAxisParam(axis as number, all[0].shape);
    return {
      shapes: [
        backend.computeOutShape(
          all.map(({ shape }) => shape),
          at,
        ),
      ],
      dtype: all[0].dtype,
    };
  },
  Slice: (inputs, { begin, size }) => {
    const [x] = list(inputs);
    const [, sizes = []] = tf.slice_util.parseSliceParams(
      x as tf.Tensor,
      begin as number[],
      size as number[],
    );
    return { shapes: [sizes], dtype: x.dtype };
  },
  SplitV: (inputs, { numOrSizeSplits, axis }) => {
    const [x] = list(inputs);
    const [at = 0] = util.parseAxisParam(axis as number, x.shape);
    const sizes = backend.prepareSplitSize(x as tf.Tensor, numOrSizeSplits as number[], at);
    return { shapes: sizes.map((size) => x.shape.with(at, size)), dtype: x.dtype };
  },
  Tile: (inputs, { reps }) => {
    const [x] = list(inputs);
    return { shapes: [x.shape.map((size, i) => size * ((reps as number[])[i] as number))], dtype: x.dtype };
  },
  Fill: (_, { shape, dtype }) => ({ shapes: [shape as number[]], dtype: (dtype as 'float32') ?? 'float32' }),
  GatherV2: (inputs, { axis }) => {
    const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    const [at = 0] = util.parseAxisParam(axis as number, x.shape);
    return {
      shapes: [[...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)]],
      dtype: x.dtype,
    };
  },
};

function each(names: readonly string[], kernel: ShapeKernel): Record<string, ShapeKernel> {
  return Object.fromEntries(names.map((name) => [name, kernel]));
}

function likeFirst(inputs: tf.NamedTensorInfoMap): Outputs {
  const [x] = list(inputs);
  return { shapes: [x.shape], dtype: x.dtype };
}

function list(inputs: tf.NamedTensorInfoMap): [tf.TensorInfo, ...tf.TensorInfo[]] {
  return Object.values(inputs) as [tf.TensorInfo, ...tf.TensorInfo[]];
}

function pair(inputs: tf.NamedTensorInfoMap): [tf.TensorInfo, tf.TensorInfo] {
  return list(inputs) as [tf.TensorInfo, tf.TensorInfo];
}

function convolution(
  inputs: tf.NamedTensorInfoMap,
  { strides, pad, dilations, dimRoundingMode }: Attributes,
  depthwise: boolean,
): Outputs {
  const { x, filter } = inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
  type Shape4D = [number, number, number, number];
  const info = backend.computeConv2DInfo(
    x.shape as Shape4D,
    filter.shape as Shape4D,
    strides as number,
    (dilations as number) ?? 1,
    pad as number,
    dimRoundingMode as 'floor',
    depthwise,
  );
  return { shapes: [info.outShape], dtype: x.dtype };
}
