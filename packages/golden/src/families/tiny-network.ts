import type { AutomixMethod } from '@mix/automix';
import type { NamedTensors } from '@mix/core';
import { type TinyNetwork, tinyNetwork } from '@mix/test-utils/tiny-network';
import * as tf from '@tensorflow/tfjs-core';
import { type GoldenCase, need, tensor } from '../golden-case.js';

export type { TinyNetwork };

/** TinyNet of a training-step case with its weights, `q` or `k`; the one-hot head is its last layer. */
export function tinyNetworkOf(golden: GoldenCase, which: 'q' | 'k'): TinyNetwork {
  const shapeOf = (name: string): readonly number[] => need(golden, `weights.${name}`).shape;
  const channels: number[] = [];
  while (golden.tensors.has(`weights.backbone_${which}.conv${channels.length + 1}.weight`)) {
    channels.push(shapeOf(`backbone_${which}.conv${channels.length + 1}.weight`)[3] as number);
  }
  const network = tinyNetwork({
    inChannels: shapeOf(`backbone_${which}.conv1.weight`)[2] as number,
    channels,
    numClasses: shapeOf(`head_one_${which}.fc.bias`)[0] as number,
  });
  const tensors = Object.fromEntries(
    Object.keys(network.all).map((name) => {
      const part = name.startsWith('fc.') ? 'head_one' : 'backbone';
      return [name, tensor(golden, `weights.${part}_${which}.${name}`)];
    }),
  );
  network.restore({ tensors, values: {} });
  tf.dispose(tensors);
  return network;
}

/** Everything after a step, under the vectors' names. */
export function stateOf(
  method: Pick<AutomixMethod, 'state'>,
  student: TinyNetwork,
  teacher: TinyNetwork,
): NamedTensors {
  const after: Record<string, tf.Tensor> = {};
  for (const [which, network] of Object.entries({ q: student, k: teacher })) {
    for (const [name, variable] of Object.entries(network.all)) {
      after[`${name.startsWith('fc.') ? 'head_one' : 'backbone'}_${which}.${name}`] = variable;
    }
  }
  for (const [name, value] of Object.entries(method.state().tensors)) {
    const own = name
      .replace(/^block\./, 'mix_block.')
      .replace(/^head_mix\./, 'head_mix_q.')
      .replace(/^teacher_head_mix\./, 'head_mix_k.');
    if (!own.startsWith('teacher.')) after[own] = value;
  }
  return after;
}
