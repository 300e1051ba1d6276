import { invalidArgument, type NamedVariables } from '@mix/core';
import type { FitOptions } from '../fit-options.js';
import type { RunPlan } from './run-plan.js';

export type Identity = Readonly<Record<string, string>>;

/** What must be equal for a run to go on from a checkpoint, in short readable texts. */
export function identityOf(options: FitOptions, { groups, totalSteps }: RunPlan): Identity {
  const { method, train, epochs, rng, clip, config } = options;
  const probes = [0, Math.floor(totalSteps / 3), Math.floor((2 * totalSteps) / 3), totalSteps - 1];
  const identity: Record<string, string> = {
    method: method.name,
    seed: rng
      .state()
      .key.map((word) => word.toString(16).padStart(8, '0'))
      .join(''),
    epochs: String(epochs),
    data: `${train.numSamples} samples [${train.imageShape}], ${train.numClasses} classes, batches of ${train.batchSize}`,
  };
  for (const { name, variables, optimizer, schedule } of groups) {
    identity[name === 'classifier' ? 'model' : `variables of '${name}'`] = describeVariables(variables);
    identity[`optimizer of '${name}'`] = JSON.stringify(optimizer.settings);
    identity[`schedule of '${name}'`] = probes.map((step) => schedule(step)).join(' ');
  }
  if (clip !== undefined) identity['clip'] = JSON.stringify(clip);
  if (config !== undefined) identity['config'] = JSON.stringify(config);
  return identity;
}

/** Throws one readable line if a checkpoint belongs to another run. */
export function checkIdentity(source: string, stored: Identity, own: Identity): void {
  const different = [...new Set([...Object.keys(own), ...Object.keys(stored)])].filter(
    (key) => stored[key] !== own[key],
  );
  const [first] = different;
  if (first === undefined) return;
  const others = different.length > 1 ? ` (also different: ${different.slice(1).join(', ')})` : '';
  throw invalidArgument(
    'fit',
    source,
    `be of this run, whose ${first} is ${shorten(own[first])}${others}`,
    shorten(stored[first]),
    {
      code: 'STATE_MISMATCH',
      remedy: 'Resume with the options it was made with, or start a new run in another place',
    },
  );
}

function describeVariables(variables: NamedVariables): string {
  const shapes = Object.entries(variables).map(([name, { shape }]) => `${name}[${shape}]`);
  const numbers = Object.values(variables).reduce((sum, { size }) => sum + size, 0);
  return `${shapes.length} variables of ${numbers} numbers, ${fingerprint(shapes.join(' '))}`;
}

/** FNV-1a over UTF-16 units: tells names apart in a message; the content itself is under SHA-256. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function shorten(text: string | undefined): string {
  if (text === undefined) return 'absent';
  return text.length > 100 ? `${text.slice(0, 90)}... ${fingerprint(text)}` : text;
}
