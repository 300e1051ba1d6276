// Times operations on tfjs' WebAssembly backend before and after registerKernels(), in one run.
// Run:    npx --yes pnpm@10.34.9 --filter @mix/kernels build && node benchmarks/kernels/kernels.mjs
// Takes:  about half a minute. Prints a Markdown table; milliseconds of processor time (all on one thread, so that
// a busy machine disturbs them little), the best of twelve.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const root = new URL('../../packages/kernels/', import.meta.url);
const require = createRequire(new URL('package.json', root));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const tf = await load('@tensorflow/tfjs-core');
tf.enableProdMode();
const { registerKernels } = await import(new URL('dist/index.js', root).href);
await tf.setBackend('wasm');

const batch = 128;
const random = (...shape) => tf.randomUniform(shape, -1, 1, 'float32', 1);
const run = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);
const work = (flops) => ({ flops });

/** A convolution's three parts: the forward pass and what its gradient calls. */
function convolution(label, size, channels, outChannels, filterSize, stride) {
  const x = random(batch, size, size, channels);
  const filter = random(filterSize, filterSize, channels, outChannels);
  const out = Math.ceil(size / stride);
  const dy = random(batch, out, out, outChannels);
  const attrs = { strides: stride, pad: 'same', dataFormat: 'NHWC' };
  const cost = work(2 * batch * out * out * filterSize ** 2 * channels * outChannels);
  return [
    [`${label}, forward`, () => tf.conv2d(x, filter, stride, 'same'), cost],
    [
      `${label}, input gradient`,
      () => run('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }),
      cost,
    ],
    [
      `${label}, filter gradient`,
      () => run('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }),
      cost,
    ],
  ];
}

function depthwise(size, channels, filterSize) {
  const x = random(batch, size, size, channels);
  const filter = random(filterSize, filterSize, channels, 1);
  const attrs = { strides: 1, pad: 'same', dilations: [1, 1] };
  const label = `depthwise ${filterSize}x${filterSize}, ${channels} channels at ${size}x${size}`;
  const cost = work(2 * x.size * filterSize ** 2);
  const [input, weights] = ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'];
  return [
    [
      `${label}, input gradient`,
      () => run(input, { dy: x, filter }, { ...attrs, inputShape: x.shape }),
      cost,
    ],
    [
      `${label}, filter gradient`,
      () => run(weights, { x, dy: x }, { ...attrs, filterShape: filter.shape }),
      cost,
    ],
  ];
}

function product(label, a, b, transposeA, transposeB, flops) {
  return [`matMul ${label}`, () => tf.matMul(a, b, transposeA, transposeB), work(flops)];
}

const images = random(batch, 32, 32, 16);
const ones = tf.ones([16]);
const zeros = tf.zeros([16]);
const square = random(512, 512);
const heads = random(96, 64, 64);
const tokens = random(32, 64, 3, 3, 64);
const words = random(1000, 64);
const ids = tf.randomUniform([2048], 0, 1000, 'int32', 1);

function composedBatchNorm(x, scale, offset) {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.relu(tf.add(tf.mul(normal, scale), offset));
}

function fusedBatchNorm(x, scale, offset) {
  const attrs = { epsilon: 1e-5, relu: true, residual: false };
  return tf.customGrad((x, scale, offset, save) => {
    const [y, mean, variance] = run('MixBatchNormTrain', { x, scale, offset }, attrs);
    save([y, x, scale, mean, variance]);
    const gradFunc = (dy, [y, x, scale, mean, variance]) =>
      run('MixBatchNormTrainGrad', { dy, y, x, scale, mean, variance }, attrs);
    return { value: y, gradFunc };
  })(x, scale, offset);
}

let batchNorm = composedBatchNorm;
const wrong = { wrong: true };
const cases = [
  ...convolution('conv 3x3, 16 channels at 32x32', 32, 16, 16, 3, 1),
  ...convolution('conv 3x3, 32 channels at 16x16', 16, 32, 32, 3, 1),
  ...convolution('conv 3x3, 64 channels at 8x8', 8, 64, 64, 3, 1),
  ...convolution('conv 3x3, stride 2, 16 to 32 channels at 32x32', 32, 16, 32, 3, 2),
  ...convolution('conv 1x1, 64 to 256 channels at 8x8', 8, 64, 256, 1, 1),
  ...depthwise(16, 96, 3),
  ...depthwise(16, 96, 7),
  [
    'batch normalisation + relu, training, and gradient',
    () => tf.grads((x, s, o) => tf.sum(batchNorm(x, s, o)))([images, ones, zeros]),
  ],
  ['batch normalisation, inference', () => tf.batchNorm(images, zeros, ones, zeros, ones)],
  ['sum over batch, height and width', () => tf.sum(images, [0, 1, 2])],
  ['mean over height and width', () => tf.mean(images, [1, 2])],
  [
    'maxPool 3x3, stride 2, gradient',
    () => tf.grad((x) => tf.sum(tf.maxPool(x, 3, 2, 'same')))(images),
    wrong,
  ],
  ["avgPool 3x3, 'same', gradient", () => tf.grad((x) => tf.sum(tf.avgPool(x, 3, 2, 'same')))(images), wrong],
  [
    'resizeBilinear x2, half-pixel, gradient',
    () => tf.grad((x) => tf.sum(tf.image.resizeBilinear(x, [64, 64], false, true)))(images),
    wrong,
  ],
  product('512x512x512', square, square, false, false, 2 * 512 ** 3),
  product('512x512x512, left transposed', square, square, true, false, 2 * 512 ** 3),
  product('512x512x512, right transposed', square, square, false, true, 2 * 512 ** 3),
  product('96 of 64x64x64', heads, heads, false, false, 2 * 96 * 64 ** 3),
  ['transpose of attention heads', () => tf.transpose(tokens, [2, 0, 3, 1, 4])],
  ['unstack of attention heads', () => tf.unstack(tokens, 2)],
  ['gather of 2048 rows, gradient', () => tf.grad((x) => tf.sum(tf.gather(x, ids)))(words)],
  ['clone', () => tf.clone(images)],
];

function milliseconds(compute) {
  const once = () => {
    const start = process.cpuUsage();
    tf.tidy(() => void compute());
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  const warmUp = once();
  const rounds = warmUp > 500 ? 2 : 12;
  return Math.min(warmUp, ...Array.from({ length: rounds }, once));
}

function attempt(compute) {
  try {
    return milliseconds(compute);
  } catch (error) {
    if (String(error).includes('not registered')) return undefined;
    throw error;
  }
}

const before = cases.map(([, compute]) => attempt(compute));
registerKernels();
batchNorm = fusedBatchNorm;

console.log('| operation, float32, batch 128 | tfjs 4.22, ms | with these kernels, ms | GFLOPS |');
console.log('|---|---|---|---|');
cases.forEach(([label, compute, { flops, wrong: isWrong } = {}], i) => {
  const after = milliseconds(compute);
  const old = before[i] === undefined ? 'missing' : `${isWrong ? 'wrong, ' : ''}${before[i].toFixed(1)}`;
  const rate = flops === undefined ? '' : (flops / after / 1e6).toFixed(0);
  console.log(`| ${label} | ${old} | ${after.toFixed(1)} | ${rate} |`);
});
process.exit(0);
