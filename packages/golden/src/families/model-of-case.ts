import { createRng } from '@mix/core';
import { deitTiny, type Model, resnet18, resnet50 } from '@mix/models';
import { type GoldenCase, need } from '../golden-case.js';

const makers: Readonly<Record<string, (golden: GoldenCase) => Model>> = {
  models_deit_tiny: (golden) => deitTiny(deitOptions(golden)),
  models_resnet18: (golden) => resnet18(resnetOptions(golden)),
  models_resnet50: (golden) => resnet50(resnetOptions(golden)),
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

function deitOptions(golden: GoldenCase) {
  const { shape } = golden.metadata['input'] as { shape: [number, number, number, number] };
  const shapes = golden.metadata['state_dict'] as Record<string, number[]>;
  return {
    imageSize: [shape[1], shape[2]] as const,
    patchSize: shapes['patch_embed.proj.weight']?.[3] as number,
    numClasses: classesOf(golden),
    rng: createRng(0),
  };
}

function classesOf(golden: GoldenCase): number {
  return need(golden, 'outputs.logits').shape[1] as number;
}
