import { MixError } from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** The last dense layer of a layers model. */
export interface LayersHead {
  /** What goes into it. */
  readonly embedding: SymbolicTensor;
  /** `[D,classes]`. */
  readonly kernel: LayerVariable;
  /** `[classes]`, if it has one. */
  readonly bias: LayerVariable | undefined;
}

/** Where the logits of a layers model are: after its last dense layer without the activation, or an output of some other layer. */
export type LogitsSource =
  | { readonly kind: 'dense'; readonly head: LayersHead }
  | { readonly kind: 'output'; readonly output: SymbolicTensor };

// Those that turn logits into probabilities; what comes before them are the logits.
const PROBABILITIES = ['softmax', 'sigmoid'];

/** Finds the logits of a model: whatever its last activation, a softmax or sigmoid, is taken of. */
export function logitsOf(model: LayersModel): LogitsSource {
  let output = model.outputs[0] as SymbolicTensor;
  while (isProbabilityLayer(output)) output = output.inputs[0] as SymbolicTensor;
  const { sourceLayer } = output;
  const activation = activationOf(output);
  if (sourceLayer.getClassName() === 'Dense') {
    if (activation !== 'linear' && !PROBABILITIES.includes(activation)) throw noLogits(output, activation);
    const [kernel, bias] = sourceLayer.weights as [LayerVariable, LayerVariable?];
    return { kind: 'dense', head: { embedding: output.inputs[0] as SymbolicTensor, kernel, bias } };
  }
  if (activation !== 'linear') throw noLogits(output, activation);
  checkOutput(output);
  return { kind: 'output', output };
}

// What only moves values about.
const RESHAPING = ['Flatten', 'Reshape', 'Permute', 'Dropout'];

/** Throws where probabilities, or what a model within the model makes, would be taken for logits. */
function checkOutput(output: SymbolicTensor): void {
  let before = output;
  while (RESHAPING.includes(before.sourceLayer.getClassName())) before = before.inputs[0] as SymbolicTensor;
  const { sourceLayer } = before;
  if ('layers' in sourceLayer) throw noLogits(before, 'a model within the model');
  const activation = sourceLayer.getClassName() === 'Softmax' ? 'softmax' : activationOf(before);
  if (PROBABILITIES.includes(activation)) throw noLogits(before, `${activation}, whose result is reshaped`);
}

/** `embedding · kernel + bias`. */
export function denseLogits({ kernel, bias }: LayersHead, embedding: Tensor2D): Tensor2D {
  const product: Tensor2D = tf.matMul(embedding, kernel.read() as Tensor2D);
  return bias === undefined ? product : tf.add(product, bias.read() as Tensor1D);
}

function isProbabilityLayer({ sourceLayer, inputs }: SymbolicTensor): boolean {
  if (inputs.length !== 1) return false;
  const kind = sourceLayer.getClassName();
  if (kind === 'Softmax') return true;
  const activation = String(sourceLayer.getConfig()['activation']);
  return kind === 'Activation' && [...PROBABILITIES, 'linear'].includes(activation);
}

function activationOf({ sourceLayer }: SymbolicTensor): string {
  const { activation } = sourceLayer.getConfig();
  return typeof activation === 'string' ? activation : 'linear';
}

function noLogits({ sourceLayer: { name } }: SymbolicTensor, activation: string): MixError {
  return new MixError(
    `fromLayersModel: model must end in logits, a softmax or a sigmoid; its layer '${name}' ends in ${activation}. ` +
      'Give the last layer a linear activation, and the model no models for layers',
    { code: 'UNSUPPORTED', argument: 'model', received: activation },
  );
}
