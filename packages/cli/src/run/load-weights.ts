import { readFileSync } from 'node:fs';
import { loadState, type Model } from '@mix/models';
import type { Config } from '../config/config-schema.js';
import { shownPath } from '../output/shown-path.js';

/** Gives a model the weights that its section names, if it names any. */
export function loadWeights(
  model: Model,
  { weights, weightsHead, weightsPositions, weightsPrefix }: Config['model'],
): void {
  if (weights === undefined) return;
  loadState(model, bytesOf(weights), {
    head: weightsHead,
    positions: weightsPositions,
    ...(weightsPrefix !== undefined && { prefix: weightsPrefix }),
    source: shownPath(weights),
  });
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    // Of a folder Node does not say which.
    throw Object.assign(error as Error, { path });
  }
}
