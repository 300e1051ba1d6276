import { MixError, type NamedVariables } from '@mix/core';
import type { FitOptions } from '../fit-options.js';
import type { RunPlan } from './run-plan.js';

export type Identity = Readonly<Record<string, string>>;

const SCHEDULE = 'schedule of';

/** What must be equal for a run to go on from a checkpoint, in short readable texts. */
export function identityOf(options: FitOptions, { groups, totalSteps, accumulate }: RunPlan): Identity {
  const { method, train, epochs, rng, clip, config } = options;
  const identity: Record<string, string> = {
    method: method.name,
    seed: rng
      .state()
      .key.map((word) => word.toString(16).padStart(8, '0'))
      .join(''),
    epochs: String(epochs),
    data: `${train.numSamples} samples [${train.imageShape}], ${train.numClasses} classes, batches of ${train.batchSize}`,
    ...(accumulate > 1 && { accumulate: String(accumulate) }),
  };
  for (const { name, variables, optimizer, schedule } of groups) {
    identity[name === 'classifier' ? 'model' : `variables of '${name}'`] = describeVariables(variables);
    identity[`optimizer of '${name}'`] = JSON.stringify(optimizer.settings);
    identity[`${SCHEDULE} '${name}'`] = probesOf(totalSteps)
      .map((step) => schedule(step))
      .join(' ');
  }
  if (clip !== undefined) identity['clip'] = JSON.stringify(clip);
  if (config !== undefined) identity['config'] = JSON.stringify(config);
  return identity;
}

/** Throws one readable line if a checkpoint belongs to another run; `totalSteps` are those of this run. */
export function checkIdentity(source: string, stored: Identity, own: Identity, totalSteps: number): void {
  const different = [...new Set([...Object.keys(own), ...Object.keys(stored)])].filter(
    (key) => firstDifference(contentOf(stored[key]), contentOf(own[key])) !== undefined,
  );
  const [first] = different;
  if (first === undefined) return;
  const others = different.length > 1 ? ` (also different: ${different.slice(1).join(', ')})` : '';
  throw new MixError(
    `fit: ${source} must be of this run; ${difference(first, stored[first], own[first], totalSteps)}${others}. Resume with the options it was made with, or start a new run in another place`,
    { code: 'STATE_MISMATCH', argument: source, received: stored[first] },
  );
}

function difference(
  key: string,
  stored: string | undefined,
  own: string | undefined,
  totalSteps: number,
): string {
  if (key.startsWith(SCHEDULE) && stored !== undefined && own !== undefined) {
    const theirs = stored.split(' ');
    const ours = own.split(' ');
    const at = ours.findIndex((rate, index) => rate !== theirs[index]);
    const step = probesOf(totalSteps)[at];
    return `its ${key} gives ${readable(theirs[at], ours[at])} at step ${step}, this run's ${readable(ours[at], theirs[at])}`;
  }
  const found = firstDifference(contentOf(stored), contentOf(own));
  if (found === undefined || found.path.length === 0) {
    return `its ${key} is ${shorten(stored)}, this run's is ${shorten(own)}`;
  }
  const [theirs, ours] = [JSON.stringify(found.stored), JSON.stringify(found.own)];
  return `${found.path.join('.')} of its ${key} is ${shorten(theirs)}, this run's is ${shorten(ours)}`;
}

/** Where two values part. */
interface Difference {
  readonly path: readonly string[];
  readonly stored: unknown;
  readonly own: unknown;
}

/** The first value that differs, of objects by path: keys in another order make no difference, and lists are values. */
function firstDifference(
  stored: unknown,
  own: unknown,
  path: readonly string[] = [],
): Difference | undefined {
  if (!isRecord(stored) || !isRecord(own)) {
    return JSON.stringify(stored) === JSON.stringify(own) ? undefined : { path, stored, own };
  }
  for (const key of new Set([...Object.keys(own), ...Object.keys(stored)])) {
    const found = firstDifference(stored[key], own[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a text of an identity holds: an object where it is the JSON of one, else itself. */
function contentOf(text: string | undefined): unknown {
  if (text === undefined || !text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The steps at which schedules are compared. */
function probesOf(totalSteps: number): readonly number[] {
  return [0, Math.floor(totalSteps / 3), Math.floor((2 * totalSteps) / 3), totalSteps - 1];
}

/** A learning rate without the noise of its last digits, unless they are what tells it from the other. */
function readable(rate: string | undefined, other: string | undefined): string {
  const short = (text: string | undefined) => String(Number(Number(text).toPrecision(4)));
  return short(rate) === short(other) ? String(rate) : short(rate);
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
