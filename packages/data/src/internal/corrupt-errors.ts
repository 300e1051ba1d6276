import { MixError } from '@mix/core';
import type { CorruptSample } from '../loader-options.js';

/** A sample for a message: its path, with its key where that is not the path's end. */
export function nameSample(key: string, path: string): string {
  return path.endsWith(key) ? path : `${key} in ${path}`;
}

/** A corrupt sample under the policy `'error'`. */
export function corruptError({ key, path, reason }: CorruptSample): MixError {
  return new MixError(
    `createLoader: ${nameSample(key, path)} is unusable: ${reason}. Repair or remove it, or set onCorrupt to 'skip' or 'replace'`,
    { code: 'CORRUPT_DATA', argument: key, received: reason },
  );
}

/** More corrupt samples than are tolerated. */
export function ceilingError(name: string, samples: readonly CorruptSample[], ceiling: number): MixError {
  const count = samples.length === 1 ? '1 sample is' : `${samples.length} samples are`;
  const first = samples.slice(0, 3).map(({ key, reason }) => `${key} (${reason})`);
  return new MixError(
    `createLoader: ${count} unusable in ${name}, more than maxCorrupt = ${ceiling}: ${first.join(', ')}${samples.length > 3 ? ', ...' : ''}. Repair the data, or raise maxCorrupt`,
    { code: 'CORRUPT_DATA', argument: 'maxCorrupt', received: samples.length },
  );
}

/** Nothing is left to replace a corrupt sample by. */
export function nothingGoodError(name: string, { key, reason }: CorruptSample): MixError {
  return new MixError(
    `createLoader: no sample of ${name} is usable; for one, ${key}: ${reason}. Check that the data are what they should be`,
    { code: 'CORRUPT_DATA', argument: key, received: reason },
  );
}
