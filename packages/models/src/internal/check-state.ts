import { MixError, type NamedTensors } from '@mix/core';

interface Expected {
  readonly shape: readonly number[];
  readonly dtype: string;
}

/**
 * Compares tensors with what a model holds.
 *
 * @throws MixError `STATE_MISMATCH`: one line with counts and first names of what is missing, unexpected or misfitting.
 */
export function checkState(
  where: string,
  expected: ReadonlyMap<string, Expected>,
  tensors: NamedTensors,
): void {
  const missing = [...expected.keys()].filter((name) => !Object.hasOwn(tensors, name));
  const unexpected = Object.keys(tensors).filter((name) => !expected.has(name));
  const misfitting = [...expected].flatMap(([name, want]) => misfit(name, want, tensors));
  refuseMismatch(where, 'state', expected.size, { missing, unexpected, misfitting });
}

/** How a state differs from what a model holds: names, and of those that do not fit also why. */
export interface Mismatch {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misfitting: readonly string[];
}

/** Throws unless nothing differs. */
export function refuseMismatch(
  where: string,
  argument: string,
  count: number,
  mismatch: Mismatch,
  remedy = 'Build the model with the factory and options that the state was saved from',
): void {
  const complaints = Object.entries(mismatch).map(([kind, names]) => listed(kind, names));
  if (complaints.every((complaint) => complaint === '')) return;
  throw new MixError(
    `${where}: ${argument} must hold this model's ${count} tensors; got ${complaints.filter(Boolean).join('; ')}. ${remedy}`,
    { code: 'STATE_MISMATCH', argument, received: mismatch },
  );
}

function misfit(name: string, want: Expected, tensors: NamedTensors): string[] {
  const got = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (got === undefined) return [];
  if (got.isDisposed) return [`${name} is disposed`];
  const wanted = `${want.dtype} [${want.shape}]`;
  const received = `${got.dtype} [${got.shape}]`;
  return wanted === received ? [] : [`${name} ${received} instead of ${wanted}`];
}

function listed(kind: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const first = names.slice(0, 3).join(', ');
  return `${names.length} ${kind} (${first}${names.length > 3 ? ', ...' : ''})`;
}
