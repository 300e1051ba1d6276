import { checkInteger, invalidArgument } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphModelLike, GraphModelTaps, GraphModelTensor } from '../from-graph-model.js';
import type { ImageLimits } from './check-forward.js';

/** Where in a graph model the parts of a classifier are: names of nodes. */
export interface GraphParts extends ImageLimits {
  readonly input: string;
  readonly stages: readonly string[];
  readonly embedding: string;
  readonly logits: string;
  readonly numClasses: number;
}

/** What a graph says of a node. */
interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
}

const WHERE = 'fromGraphModel';

/** Checks the names, and finds the logits before a softmax. */
export function graphParts(
  model: GraphModelLike,
  { stages, embedding, logits, numClasses }: GraphModelTaps,
): GraphParts {
  const [input] = model.inputs;
  if (input === undefined || model.inputs.length !== 1) {
    throw invalidArgument(
      WHERE,
      'model',
      'have one input',
      model.inputs.map(({ name }) => name),
    );
  }
  if (stages.length === 0) throw invalidArgument(WHERE, 'taps.stages', 'name at least one node', stages);
  const nodes = nodesOf(model);
  for (const stage of stages) checkName(nodes, 'taps.stages', stage);
  checkName(nodes, 'taps.embedding', embedding);
  if (logits !== undefined) checkName(nodes, 'taps.logits', logits);
  if (numClasses !== undefined) checkInteger(WHERE, 'taps.numClasses', numClasses, 1);
  const parts = {
    input: input.name,
    stages,
    embedding,
    logits: beforeProbabilities(nodes, logits ?? (model.outputs[0]?.name as string)),
    ...limitsOf(input),
  };
  return { ...parts, numClasses: numClasses ?? classesOf(model, parts) };
}

function limitsOf({ shape = [] }: GraphModelTensor): ImageLimits {
  const [, height = -1, width = -1, channels = -1] = shape;
  return {
    inChannels: channels === -1 ? 3 : channels,
    ...(height !== -1 && width !== -1 && { imageSize: [height, width] }),
  };
}

// Converted graphs seldom tell the shape of their outputs.
function classesOf(
  model: GraphModelLike,
  { input, logits, inChannels, imageSize }: Omit<GraphParts, 'numClasses'>,
): number {
  if (imageSize === undefined) {
    const rule = 'be given where the model leaves open the size of its images';
    throw invalidArgument(WHERE, 'taps.numClasses', rule, undefined);
  }
  return tf.tidy(() => {
    const result = model.execute({ [input]: tf.zeros([1, ...imageSize, inChannels]) }, [logits]);
    return (Array.isArray(result) ? (result[0] as tf.Tensor) : result).size;
  });
}

// tfjs keeps the graph, but has no typed way to ask for it. Without it, names are checked when they are used.
function nodesOf(model: GraphModelLike): ReadonlyMap<string, GraphNode> {
  const { artifacts } = model as { artifacts?: { modelTopology?: { node?: readonly GraphNode[] } } };
  return new Map((artifacts?.modelTopology?.node ?? []).map((node) => [node.name, node]));
}

function checkName(nodes: ReadonlyMap<string, GraphNode>, argument: string, name: string): void {
  if (nodes.size === 0 || nodes.has(bare(name))) return;
  const known = [...nodes.values()].filter(({ op }) => op !== 'Const').map((node) => node.name);
  throw invalidArgument(WHERE, argument, 'name nodes of the graph', name, {
    remedy: `It has ${known.join(', ')}`,
  });
}

// Probabilities are often reshaped once more; what comes before them is flattened all the same.
const PASSING = ['Identity', 'Reshape', 'Squeeze'];

function beforeProbabilities(nodes: ReadonlyMap<string, GraphNode>, name: string): string {
  let node = nodes.get(bare(name));
  while (node !== undefined && PASSING.includes(node.op)) node = nodes.get(bare(node.input?.[0] ?? ''));
  const [logits] = node?.input ?? [];
  if (logits === undefined || !['Softmax', 'Sigmoid'].includes(node?.op ?? '')) return name;
  return beforeProbabilities(nodes, logits);
}

/** A node's name without the number of its output. */
function bare(name: string): string {
  return name.replace(/:\d+$/, '');
}
