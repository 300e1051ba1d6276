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
  nexceptionSmall,
  nexceptionTiny,
  preactResnet18,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet50,
  resnet56,
  resnet101,
  resnext50,
  resnext101,
  swinSmall,
  swinTiny,
  twinsSvtSmall,
  vgg11,
  vgg13,
  vgg16,
  vgg19,
  wideResnet50,
  wrn16x8,
  wrn28x8,
  wrn28x10,
  xception,
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
  models_nexception_small: (golden) => nexceptionSmall(nexceptionOptions(golden)),
  models_nexception_tiny: (golden) => nexceptionTiny(nexceptionOptions(golden)),
  models_preact_resnet18: (golden) => preactResnet18(preactOptions(golden)),
  models_resnet101: (golden) => resnet101(resnetOptions(golden)),
  models_resnet18: (golden) => resnet18(resnetOptions(golden)),
  models_resnet20: (golden) => resnet20(cifarResnetOptions(golden)),
  models_resnet32: (golden) => resnet32(cifarResnetOptions(golden)),
  models_resnet34: (golden) => resnet34(resnetOptions(golden)),
  models_resnet50: (golden) => resnet50(resnetOptions(golden)),
  models_resnet56: (golden) => resnet56(cifarResnetOptions(golden)),
  models_resnext101: (golden) => resnext101(resnextOptions(golden)),
  models_resnext50: (golden) => resnext50(resnextOptions(golden)),
  models_swin_s: (golden) => swinSmall(swinOptions(golden)),
  models_swin_t: (golden) => swinTiny(swinOptions(golden)),
  models_twins_svt_small: (golden) => twinsSvtSmall(twinsOptions(golden)),
  models_vgg11: (golden) => vgg11(vggOptions(golden)),
  models_vgg13: (golden) => vgg13(vggOptions(golden)),
  models_vgg16: (golden) => vgg16(vggOptions(golden)),
  models_vgg19: (golden) => vgg19(vggOptions(golden)),
  models_wide_resnet50: (golden) => wideResnet50(resnetOptions(golden)),
  models_wrn16x8: (golden) => wrn16x8(plainOptions(golden)),
  models_wrn28x10: (golden) => wrn28x10(plainOptions(golden)),
  models_wrn28x8: (golden) => wrn28x8(plainOptions(golden)),
  models_xception: (golden) => xception(resnetOptions(golden)),
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

function plainOptions(golden: GoldenCase) {
  return { numClasses: classesOf(golden), rng: createRng(0) };
}

function cifarResnetOptions(golden: GoldenCase) {
  const names = Object.keys(golden.metadata['state_dict'] as object);
  const projects = names.some((name) => name.includes('downsample'));
  return { shortcut: projects ? ('projection' as const) : ('identity' as const), ...plainOptions(golden) };
}

function preactOptions(golden: GoldenCase) {
  return { finalNorm: 'bn.weight' in (golden.metadata['state_dict'] as object), ...plainOptions(golden) };
}

/** Cardinality and base width are in the name: `32x4d`. */
function resnextOptions(golden: GoldenCase) {
  const [, cardinality = 32, baseWidth = 4] = /_(\d+)x(\d+)d/.exec(golden.name)?.map(Number) ?? [];
  return { cardinality, baseWidth, ...resnetOptions(golden) };
}

function vggOptions(golden: GoldenCase) {
  const names = Object.keys(golden.metadata['state_dict'] as object);
  return {
    batchNorm: names.some((name) => name.endsWith('.running_mean')),
    head: names.includes('classifier.weight') ? ('cifar' as const) : ('imagenet' as const),
    width: shapeOf(golden, 'features.0.weight')[0] ?? 64,
    hidden: shapeOf(golden, 'classifier.0.weight')[0] ?? 4096,
    ...plainOptions(golden),
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

function nexceptionOptions(golden: GoldenCase) {
  const patchSize = shapeOf(golden, 'stem.0.weight')[3] ?? 2;
  return { patchSize, ...plainOptions(golden) };
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

/** Windows leave no trace in the weights: their side is in the name, `_w4`, where it is not 7. */
function twinsOptions(golden: GoldenCase) {
  const [, windowSize = 7] = /_w(\d+)/.exec(golden.name)?.map(Number) ?? [];
  const patchSize = shapeOf(golden, 'patch_embeds.0.proj.weight')[3] as number;
  return { windowSize, patchSize, ...plainOptions(golden) };
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
