import { workloads } from './workloads.js';

// The single kernels that are measured. `op` and its sizes say what a child runs; `flops` counts what it computes and
// `bytes` what it must at least read and write, in
// float32 (an update's bytes follow from its number of parameters).

const convolutions = ['conv-forward', 'conv-input-gradient', 'conv-filter-gradient'];
const parts = {
  forward: 'forward',
  'input-gradient': 'input gradient',
  'filter-gradient': 'filter gradient',
};

function convolution(batch, size, kernel, from, to, groups = 1) {
  const grouped = groups === 1 ? '' : ` in ${groups} groups`;
  return convolutions.map((op) => ({
    label: `conv ${kernel}x${kernel}, ${from} to ${to}${grouped} at ${size}x${size}, ${parts[op.slice('conv-'.length)]}`,
    op,
    sizes: { batch, size, kernel, from, to, groups },
    flops: 2 * batch * size * size * kernel * kernel * (from / groups) * to,
  }));
}

function product(label, sizes) {
  const { count, m, k, n } = sizes;
  return { label: `matMul ${label}`, op: 'matmul', sizes, flops: 2 * count * m * k * n };
}

/** Forward alone, and forward with the gradient of all inputs. */
function elementwise(label, op, shape, { forwardBytes, gradientBytes }) {
  const size = shape.reduce((product, side) => product * side);
  return [
    { label: `${label}, forward`, op, sizes: { shape, gradient: false }, bytes: 4 * size * forwardBytes },
    {
      label: `${label}, and gradient`,
      op,
      sizes: { shape, gradient: true },
      bytes: 4 * size * gradientBytes,
    },
  ];
}

function update(model) {
  const { optimizer, learningRate, options } = workloads[model];
  return { model, optimizer, learningRate, options };
}

const [tokens, width, heads] = [64 * 65, 192, 64 * 3];

export const kernels = [
  ...convolution(100, 32, 3, 64, 64),
  ...convolution(100, 16, 3, 128, 128),
  ...convolution(100, 8, 3, 256, 256),
  ...convolution(100, 4, 3, 512, 512),
  ...convolution(16, 16, 1, 64, 256),
  ...convolution(16, 16, 1, 256, 64),
  ...convolution(16, 8, 1, 512, 128),
  ...convolution(16, 4, 1, 256, 1024),
  ...convolution(16, 2, 1, 2048, 512),
  ...convolution(32, 32, 3, 128, 128, 32),
  ...convolution(32, 16, 3, 256, 256, 32),
  ...convolution(32, 8, 3, 512, 512, 32),
  ...convolution(32, 4, 3, 1024, 1024, 32),
  product('4160x192x576', { count: 1, m: tokens, k: width, n: 3 * width }),
  product('4160x192x768', { count: 1, m: tokens, k: width, n: 4 * width }),
  product('4160x768x192', { count: 1, m: tokens, k: 4 * width, n: width }),
  product('192x4160x768, left transposed', { count: 1, m: width, k: tokens, n: 4 * width, left: true }),
  product('4160x768x192, right transposed', { count: 1, m: tokens, k: 4 * width, n: width, right: true }),
  product('192 of 65x64x65, right transposed', { count: heads, m: 65, k: 64, n: 65, right: true }),
  product('192 of 65x65x64', { count: heads, m: 65, k: 65, n: 64 }),
  // Least traffic in arrays of the input's size. Batch normalisation must see its input twice, and its gradient as well.
  ...elementwise('batch norm + ReLU, 100x32x32x64', 'batch-norm-relu', [100, 32, 32, 64], {
    forwardBytes: 3,
    gradientBytes: 10,
  }),
  ...elementwise('layer norm, 64x65x192', 'layer-norm', [64, 65, 192], { forwardBytes: 2, gradientBytes: 5 }),
  ...elementwise('gelu, 64x65x768', 'gelu', [64, 65, 768], { forwardBytes: 2, gradientBytes: 5 }),
  ...elementwise('softmax, 64x3x65x65', 'softmax', [64, 3, 65, 65], { forwardBytes: 2, gradientBytes: 5 }),
  { label: 'SGD update of ResNet-18', op: 'update', sizes: update('resnet18') },
  { label: 'AdamW update of DeiT-Tiny', op: 'update', sizes: update('deit-tiny') },
];
