import * as core from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, buildOptimizer, countParameters } from './mix-models.js';

/** One kernel on fixed operands, by the name and sizes of `workloads/kernels.js`. */
export function prepareKernel({ kernel, sizes }) {
  const { compute, parameters, dispose } = operations[kernel](sizes);
  return {
    about: { ...(parameters !== undefined && { parameters }) },
    run: () => tf.dispose(tf.tidy(compute)),
    dispose,
  };
}

/** Fixed values in [-1, 1) without a pattern that a cache would notice. */
function values(...shape) {
  const size = shape.reduce((product, side) => product * side);
  const numbers = Float32Array.from({ length: size }, (_, at) => ((at * 7919) % 2003) / 1001.5 - 1);
  return tf.tensor(numbers, shape);
}

const run = (name, inputs, attributes) => tf.engine().runKernel(name, inputs, attributes);

function convolutionOperands({ batch, size, kernel, from, to, groups }) {
  return {
    x: values(batch, size, size, from),
    filter: values(kernel, kernel, from / groups, to),
    dy: values(batch, size, size, to),
    attributes: { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1, groups },
  };
}

function convolution(compute) {
  return (sizes) => {
    const { x, filter, dy, attributes } = convolutionOperands(sizes);
    return { compute: compute(x, filter, dy, attributes), dispose: () => tf.dispose([x, filter, dy]) };
  };
}

/** That of tfjs, or ours in groups. */
const kernelFor = ({ groups }) => (groups === 1 ? 'Conv2D' : 'MixGroupedConv2D');

/** An operation of arrays, alone or with the gradients of them all. */
function differentiable(operands, compute) {
  return ({ shape, gradient }) => {
    const inputs = operands(shape);
    const dy = values(...shape);
    const gradients = tf.grads(compute);
    return {
      compute: () => (gradient ? gradients(inputs, dy) : compute(...inputs)),
      dispose: () => tf.dispose([inputs, dy]),
    };
  };
}

const affine = (shape) => [values(...shape), tf.ones([shape.at(-1)]), tf.zeros([shape.at(-1)])];

const operations = {
  'conv-forward': convolution(
    (x, filter, _, attributes) => () => run(kernelFor(attributes), { x, filter }, attributes),
  ),
  'conv-input-gradient': convolution(
    (x, filter, dy, attributes) => () =>
      run(`${kernelFor(attributes)}BackpropInput`, { dy, filter }, { ...attributes, inputShape: x.shape }),
  ),
  'conv-filter-gradient': convolution(
    (x, filter, dy, attributes) => () =>
      run(`${kernelFor(attributes)}BackpropFilter`, { x, dy }, { ...attributes, filterShape: filter.shape }),
  ),
  matmul({ count, m, k, n, left = false, right = false }) {
    const a = values(count, ...(left ? [k, m] : [m, k]));
    const b = values(count, ...(right ? [n, k] : [k, n]));
    return { compute: () => tf.matMul(a, b, left, right), dispose: () => tf.dispose([a, b]) };
  },
  'batch-norm-relu': differentiable(
    affine,
    (x, scale, offset) => core.batchNormTrain(x, scale, offset, { relu: true }).y,
  ),
  'layer-norm': differentiable(affine, (x, scale, offset) =>
    core.layerNorm({ x, scale, offset, epsilon: 1e-6 }),
  ),
  gelu: differentiable(
    (shape) => [values(...shape)],
    (x) => core.gelu(x),
  ),
  softmax: differentiable(
    (shape) => [values(...shape)],
    (x) => tf.softmax(x),
  ),
  update({ model, optimizer: settings, learningRate, options }) {
    const classifier = buildModel(model, options);
    const optimizer = buildOptimizer(settings);
    const { variables } = classifier;
    const gradients = Object.fromEntries(
      Object.entries(variables).map(([name, { shape }]) => [name, values(...shape)]),
    );
    return {
      compute: () => void optimizer.update(variables, gradients, learningRate),
      parameters: countParameters(classifier),
      dispose() {
        tf.dispose(gradients);
        optimizer.dispose();
        classifier.dispose();
      },
    };
  },
};
