import { invalidArgument, type NamedTensors, type NamedVariables } from '@mix/core';

/** The same by longer names. */
export function prefixed<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** Those whose names start with `prefix`, without it. */
export function within(prefix: string, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/** Those of a state under `prefix`, without it, once they are known to be the variables' in name and shape. */
export function taken(
  where: string,
  variables: NamedVariables,
  state: NamedTensors,
  prefix = '',
): NamedTensors {
  const tensors = within(prefix, state);
  const describe = (named: Readonly<Record<string, { readonly shape: readonly number[]; dtype: string }>>) =>
    Object.entries(named)
      .map(([name, { shape, dtype }]) => `${prefix}${name} ${dtype} [${shape}]`)
      .sort()
      .join(', ');
  const [wanted, received] = [describe(variables), describe(tensors)];
  if (wanted === received) return tensors;
  throw invalidArgument(where, 'state', `hold ${wanted}`, received || 'none of them', {
    code: 'STATE_MISMATCH',
    remedy: 'Make it with the options that the state was saved from',
  });
}
