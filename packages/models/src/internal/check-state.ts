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
  if (missing.length + unexpected.length + misfitting.length === 0) return;
  const complaints = [
    listed('missing', missing),
    listed('unexpected', unexpected),
    listed('misfitting', misfitting),
  ];
  throw new MixError(
    `${where}: state must hold this model's ${expected.size} tensors; got ${complaints.filter(Boolean).join('; ')}. ` +
      'Build the model with the factory and options that the state was saved from',
    { code: 'STATE_MISMATCH', argument: 'state', received: { missing, unexpected, misfitting } },
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
