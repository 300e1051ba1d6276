import { invalidArgument } from '@mix/core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { LayersModelTaps } from '../from-layers-model.js';
import type { ImageLimits } from './check-forward.js';
import { inOrder } from './layers-graph.js';
import { type LogitsSource, logitsOf } from './layers-head.js';

/** Where in a layers model the parts of a classifier are. */
export interface LayersParts extends ImageLimits {
  readonly input: SymbolicTensor;
  readonly stages: readonly SymbolicTensor[];
  readonly embedding: SymbolicTensor;
  readonly logits: LogitsSource;
  readonly numClasses: number;
}

const WHERE = 'fromLayersModel';

/** Finds the parts by the names of layers, or says what is wrong with model or names. */
export function layersParts(
  model: LayersModel,
  { stages: names, embedding: name }: LayersModelTaps,
): LayersParts {
  const [input, output] = [model.inputs[0] as SymbolicTensor, model.outputs[0] as SymbolicTensor];
  if (model.inputs.length !== 1 || input.shape.length !== 4) {
    const shapes = model.inputs.map(({ shape }) => shape);
    throw invalidArgument(WHERE, 'model', 'have one input [B,H,W,C]', shapes, { code: 'SHAPE' });
  }
  if (model.outputs.length !== 1 || output.shape.length !== 2) {
    const shapes = model.outputs.map(({ shape }) => shape);
    throw invalidArgument(WHERE, 'model', 'have one output [B,classes]', shapes, { code: 'SHAPE' });
  }
  const order = inOrder([output]);
  const stages = names.map((stage) => tapOf(order, 'taps.stages', stage));
  checkStages(order, stages);
  const logits = logitsOf(model);
  if (logits.kind === 'output' && name === undefined) {
    const { name: last } = logits.output.sourceLayer;
    throw invalidArgument(
      WHERE,
      'taps.embedding',
      'name a layer where the model does not end in a dense one',
      last,
      {
        remedy: 'Name the layer of global pooling',
      },
    );
  }
  const [, height, width, channels] = input.shape;
  return {
    input,
    stages,
    embedding:
      name === undefined && logits.kind === 'dense'
        ? logits.head.embedding
        : tapOf(order, 'taps.embedding', name as string),
    logits,
    numClasses: output.shape[1] as number,
    inChannels: channels as number,
    ...(height !== null && width !== null && { imageSize: [height as number, width as number] }),
  };
}

function tapOf(order: readonly SymbolicTensor[], argument: string, name: string): SymbolicTensor {
  const found = order.filter(({ sourceLayer, inputs }) => sourceLayer.name === name && inputs.length > 0);
  const [tap] = found;
  if (tap !== undefined && found.length === 1) return tap;
  if (found.length > 1) {
    throw invalidArgument(WHERE, argument, 'name layers that the model uses once', name);
  }
  const names = order.map(({ sourceLayer }) => sourceLayer.name);
  throw invalidArgument(WHERE, argument, 'name layers of the model', name, {
    remedy: `It has ${names.join(', ')}`,
  });
}

function checkStages(order: readonly SymbolicTensor[], stages: readonly SymbolicTensor[]): void {
  if (stages.length === 0) throw invalidArgument(WHERE, 'taps.stages', 'name at least one layer', []);
  for (const [index, { shape, sourceLayer }] of stages.entries()) {
    if (shape.length !== 4) {
      const received = `[${shape}] from '${sourceLayer.name}'`;
      throw invalidArgument(WHERE, 'taps.stages', 'name layers that give [B,h,w,C]', received, {
        code: 'SHAPE',
      });
    }
    const before = stages[index - 1];
    if (before !== undefined && order.indexOf(before) >= order.indexOf(stages[index] as SymbolicTensor)) {
      const names = stages.map((stage) => stage.sourceLayer.name);
      throw invalidArgument(WHERE, 'taps.stages', 'follow each other in the forward pass', names);
    }
  }
}
