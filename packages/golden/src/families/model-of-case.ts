import { createRng } from '@mix/core';
import {
  convnextSmall,
  convnextTiny,
  deitBase,
  deitSmall,
  deitTiny,
  densenet121,
  lenet,
  type Model,
  resnet18,
  resnet50,
  swinSmall,
  swinTiny,
  vgg11,
  vgg13,
  vgg16,
  vgg19,
} from '@mix/models';
import { type GoldenCase, need } from '../golden-case.js';

const makers: Readonly<Record<string, (golden: GoldenCase) => Model>> = {
  models_convnext_small: (golden) => convnextSmall(convnextOptions(golden)),
  models_convnext_tiny: (golden) => convnextTiny(convnextOptions(golden)),
  models_deit_base: (golden) => deitBase(deitOptions(golden)),
  models_deit_small: (golden) => deitSmall(deitOptions(golden)),
  models_deit_tiny: (golden) => deitTiny(deitOptions(golden)),
  models_densenet121: (golden) => densenet121(resnetOptions(golden)),
  models_lenet: (golden) => lenet(lenetOptions(golden)),
  models_resnet18: (golden) => resnet18(resnetOptions(golden)),
  models_resnet50: (golden) => resnet50(resnetOptions(golden)),
  models_swin_s: (golden) => swinSmall(swinOptions(golden)),
  models_swin_t: (golden) => swinTiny(swinOptions(golden)),
  models_vgg11: (golden) => vgg11(vggOptions(golden)),
  models_vgg13: (golden) => vgg13(vggOptions(golden)),
  models_vgg16: (golden) => vgg16(vggOptions(golden)),
  models_vgg19: (golden) => vgg19(vggOptions(golden)),
};

/** The model of a backbone case, by the beginning of its name; its weights are still to be filled. */
export function modelOfCase(golden: GoldenCase): Model {
  const found = Object.entries(makers).find(([prefix]) => golden.name.startsWith(prefix));
  if (found === undefined) throw new Error(`${golden.name} is of no known model`);
  return found[1](golden);
}

function resnetOptions(golden: GoldenCase) {
  const stem = golden.name.includes('cifar') ? ('cifar' as const) : ('imagenet' as const);
  return { stem, numClasses: classesOf(golden), rng: createRng(0) };
}

function vggOptions(golden: GoldenCase) {
  const names = Object.keys(golden.metadata['state_dict'] as object);
  return {
    batchNorm: names.some((name) => name.endsWith('.running_mean')),
    head: names.includes('classifier.weight') ? ('cifar' as const) : ('imagenet' as const),
    numClasses: classesOf(golden),
    rng: createRng(0),
  };
}

function lenetOptions(golden: GoldenCase) {
  const { shape } = golden.metadata['input'] as { shape: [number, number, number, number] };
  return {
    imageSize: [shape[1], shape[2]] as const,
    inChannels: shape[3],
    numClasses: classesOf(golden),
    rng: createRng(0),
  };
}

function convnextOptions(golden: GoldenCase) {
  const patchSize = shapeOf(golden, 'features.0.0.weight')[3] as number;
  return { patchSize, numClasses: classesOf(golden), rng: createRng(0) };
}

function swinOptions(golden: GoldenCase) {
  // A row for each way within a window, which is taken to be square.
  const [ways = 169] = shapeOf(golden, 'features.1.0.attn.relative_position_bias_table');
  return { ...convnextOptions(golden), windowSize: (Math.sqrt(ways) + 1) / 2 };
}

function deitOptions(golden: GoldenCase) {
  const { shape } = golden.metadata['input'] as { shape: [number, number, number, number] };
  return {
    imageSize: [shape[1], shape[2]] as const,
    patchSize: shapeOf(golden, 'patch_embed.proj.weight')[3] as number,
    numClasses: classesOf(golden),
    rng: createRng(0),
  };
}

function shapeOf(golden: GoldenCase, name: string): number[] {
  return (golden.metadata['state_dict'] as Record<string, number[]>)[name] ?? [];
}

function classesOf(golden: GoldenCase): number {
  return need(golden, 'outputs.logits').shape[1] as number;
}
