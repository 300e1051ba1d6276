import { checkChoice, invalidArgument, type NamedTensors } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Mismatch, refuseMismatch } from './internal/check-state.js';
import { canResize, resizePositions } from './internal/resize-positions.js';
import { type StoredState, type StoredValue, storedState } from './internal/stored-state.js';
import { timmRenaming } from './internal/timm-names.js';
import type { Model } from './model.js';
import type { PositionGrid, Weight } from './weight.js';

/** Options of {@link loadState}. */
export interface LoadStateOptions {
  /**
   * `'skip'` leaves the last layer as the model has it, drawn from its seed, whatever the file holds: for other classes.
   * @defaultValue 'load'
   */
  readonly head?: 'load' | 'skip';
  /**
   * Takes only what begins with this, under the rest of its name: `'module.'` for `DataParallel`, `'model.'` for Lightning.
   * @defaultValue `'model.'` for a checkpoint of `fit`, `''` otherwise
   */
  readonly prefix?: string;
  /**
   * What to do about position embeddings of another image size, and tables of relative positions of another window: refuse them, or
   * interpolate them, as timm does with embeddings. The grid that they were saved from must be square; a file does not tell it, so that
   * embeddings of as many positions are taken as they are.
   * @defaultValue 'exact'
   */
  readonly positions?: 'exact' | 'bicubic' | 'bilinear';
  /** Name of the file, for messages. @defaultValue 'the state' */
  readonly source?: string;
}

/** What {@link loadState} did not take as it is. */
export interface LoadedState {
  /**
   * Names in the file that were left out: the last layer's with `head: 'skip'`, what does not begin with `prefix`, and with `positions`
   * index tables, which follow from the model's own window.
   */
  readonly skipped: readonly string[];
  /** Names of what was interpolated by `positions`. */
  readonly resized: readonly string[];
}

/**
 * Gives a model the weights of a safetensors file that was saved from torchvision, timm, `saveState` or a run's checkpoint, or those
 * of another model's state. Names and layouts are PyTorch's (convolutions OIHW, linear layers `[out,in]`), where torchvision and timm
 * differ (ConvNeXt, Swin, VGG) those of either; 16-bit and 64-bit floats become float32. `num_batches_tracked` and other integer buffers may be absent, and then stay as they are.
 *
 * Everything is checked before the first weight changes, so that a state which does not fit changes nothing. Weights are read one at
 * a time: beside the model and the file's bytes there is never more than one of them.
 *
 * @param model Changed in place.
 * @param from The bytes of the file, or tensors in PyTorch's layouts such as `other.state().tensors`; borrowed.
 * @returns What was left out or interpolated.
 * @throws MixError `FORMAT` for bytes that are no whole safetensors file; `STATE_MISMATCH`, with names and shapes, for one that does
 *   not fit; `INVALID_ARGUMENT` for an option, or for what is neither bytes nor tensors.
 * @example
 * ```ts
 * const model = resnet18({ numClasses: 5, stem: 'imagenet', rng: createRng(0) });
 * loadState(model, await readFile('resnet18.safetensors'), { head: 'skip' });
 * ```
 */
export function loadState(
  model: Pick<Model, 'weights'>,
  from: Uint8Array | NamedTensors,
  { head = 'load', prefix, positions = 'exact', source = 'the state' }: LoadStateOptions = {},
): LoadedState {
  checkChoice('loadState', 'head', head, ['load', 'skip']);
  checkChoice('loadState', 'positions', positions, ['exact', 'bicubic', 'bilinear']);
  const state = storedState(from, source);
  const { stored, left } = chosen(state, model.weights, prefix, head === 'skip');
  if (prefix !== undefined) checkPrefix(prefix, [...state.tensors.keys()], source);
  const wanted = [...model.weights].filter(([, weight]) => head === 'load' || !weight.head);
  const { assignments, resized, skipped, mismatch } = matched(wanted, stored, positions);
  refuseMismatch('loadState', source, wanted.length, mismatch, remedyFor(model.weights, stored, mismatch));
  for (const assign of assignments) tf.tidy(assign);
  return { skipped: [...left, ...skipped], resized };
}

type Weights = Model['weights'];

function checkPrefix(prefix: string, names: readonly string[], source: string): void {
  if (names.some((name) => name.startsWith(prefix))) return;
  throw invalidArgument('loadState', 'prefix', `be what names of ${source} begin with`, prefix, {
    code: 'STATE_MISMATCH',
    remedy: `Its first is ${names[0]}`,
  });
}

/** What of a file is asked for, under the model's names. */
function chosen(
  { tensors, prefix: usual }: StoredState,
  weights: Weights,
  prefix = usual,
  skipHead: boolean,
): { stored: ReadonlyMap<string, StoredValue>; left: readonly string[] } {
  const stored = new Map<string, StoredValue>();
  const left: string[] = [];
  const begins = [...tensors.keys()].filter((name) => name.startsWith(prefix));
  const rename = timmRenaming(new Set(begins.map((name) => name.slice(prefix.length))));
  for (const [name, value] of tensors) {
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
    const own = short === undefined || rename === undefined ? short : rename(short);
    const weight = own === undefined ? undefined : weights.get(own);
    if (own === undefined || (skipHead && weight?.head === true)) left.push(name);
    else stored.set(own, rename === undefined ? value : inShape(value, weight?.shape));
  }
  return { stored, left };
}

/** timm has some in another shape: a scale per channel, a linear layer as a convolution. */
function inShape(value: StoredValue, shape: readonly number[] = value.shape): StoredValue {
  const size = (of: readonly number[]): number => tf.util.sizeFromShape([...of]);
  if (size(value.shape) !== size(shape)) return value;
  return { ...value, shape, read: () => tf.reshape(value.read(), [...shape]) };
}

/** Finds the value of each weight; nothing is assigned yet. */
function matched(
  wanted: readonly (readonly [string, Weight])[],
  stored: ReadonlyMap<string, StoredValue>,
  positions: NonNullable<LoadStateOptions['positions']>,
): {
  assignments: readonly (() => void)[];
  resized: readonly string[];
  skipped: readonly string[];
  mismatch: Mismatch;
} {
  const assignments: (() => void)[] = [];
  const resized: string[] = [];
  const skipped: string[] = [];
  const missing: string[] = [];
  const misfitting: string[] = [];
  for (const [name, weight] of wanted) {
    const value = stored.get(name);
    if (value === undefined) {
      if (weight.dtype === 'float32') missing.push(name);
    } else if (positions !== 'exact' && isIndexTable(value, weight)) {
      // Which rows of a table its positions take follows from the model's own window.
      skipped.push(name);
    } else if (value.fits(weight.dtype) && String(value.shape) === String(weight.shape)) {
      assignments.push(() => weight.write(value.read()));
    } else if (positions !== 'exact' && isResizable(value, weight)) {
      const { grid } = weight;
      assignments.push(() => weight.write(resizePositions(value.read(), grid, positions)));
      resized.push(name);
    } else {
      misfitting.push(`${name} ${value.dtype} [${value.shape}] instead of ${weight.dtype} [${weight.shape}]`);
    }
  }
  const known = new Set(wanted.map(([name]) => name));
  const unexpected = [...stored.keys()].filter((name) => !known.has(name));
  return { assignments, resized, skipped, mismatch: { missing, unexpected, misfitting } };
}

function isResizable(value: StoredValue, weight: Weight): weight is Weight & { readonly grid: PositionGrid } {
  const { grid, dtype, shape } = weight;
  return grid !== undefined && value.fits(dtype) && canResize(value.shape, shape, grid);
}

/** Which rows of a table the positions take; it differs where the window does, also between windows of as many positions. */
function isIndexTable(value: StoredValue, { dtype, shape }: Weight): boolean {
  return dtype === 'int32' && shape.length > 0 && value.fits(dtype);
}

/** What would make it fit. */
function remedyFor(
  weights: Weights,
  stored: ReadonlyMap<string, StoredValue>,
  { missing, unexpected, misfitting }: Mismatch,
): string {
  const [first = ''] = missing;
  const longer = unexpected.find((name) => name.endsWith(`.${first}`));
  if (longer !== undefined) return `Pass prefix: '${longer.slice(0, longer.length - first.length)}'`;
  const differing = [...weights].filter(([name, { shape }]) => {
    const value = stored.get(name);
    return value !== undefined && String(value.shape) !== String(shape);
  });
  const heads = differing.filter(([, { head }]) => head);
  const resizable = differing.filter(([name, weight]) => {
    const value = stored.get(name) as StoredValue;
    return isResizable(value, weight) || isIndexTable(value, weight);
  });
  const enough =
    missing.length + unexpected.length === 0 && misfitting.length === heads.length + resizable.length;
  const remedies = [
    heads.length > 0 && enough ? "Pass head: 'skip' to keep the model's own last layer" : '',
    resizable.length > 0 && enough ? "Pass positions: 'bicubic' for another image size" : '',
  ].filter(Boolean);
  return remedies.length > 0
    ? remedies.join('. ')
    : 'Build the model with the factory and options that it was saved from';
}
