import type { Refuse } from './check-combinations.js';
import type { Config } from './config-schema.js';

/** Rules about the section `model`: what would have no effect is refused. */
export function checkModel({ model }: Config, refuse: Refuse): void {
  if (model.weights === undefined) {
    const without = 'come with a file to begin from (--weights)';
    if (model.weightsHead !== 'load') refuse(['model', 'weightsHead'], without);
    if (model.weightsPrefix !== undefined) refuse(['model', 'weightsPrefix'], without);
    if (model.weightsPositions !== 'exact') refuse(['model', 'weightsPositions'], without);
  }
  // Only the VGGs have a choice of heads.
  const { head, ...of } = model as Partial<Record<'head' | keyof typeof unset, unknown>>;
  if (head !== 'cifar') return;
  for (const key of ['hidden', 'dropout'] as const) {
    if (of[key] !== unset[key]) {
      refuse(['model', key], 'be left out with --model-head cifar, which is one linear layer');
    }
  }
}

const unset = { hidden: 4096, dropout: 0.5 } as const;
