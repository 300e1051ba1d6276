import { invalidArgument, type State } from '@mix/core';

/**
 * Throws `STATE_MISMATCH` where a state says that it was saved from another design; what first weights alone hang on does not count, and
 * a list of one is its element. A state without a design, such as one of another toolbox, goes through.
 *
 * @param own With all its defaults.
 * @param complete Gives the stored design its defaults.
 */
export function checkSameDesign(
  where: string,
  { design }: State['values'],
  own: object,
  complete: (design: object) => object,
): void {
  if (typeof design !== 'object' || design === null) return;
  const [stored, wanted] = [complete(design), own].map(
    (each) => new Map(Object.entries(each).map(([name, value]) => [name, written(value)])),
  ) as [Map<string, string>, Map<string, string>];
  for (const name of new Set([...wanted.keys(), ...stored.keys()])) {
    if (name === 'initDeviation' || stored.get(name) === wanted.get(name)) continue;
    throw invalidArgument(where, 'state', `be of ${name} ${wanted.get(name)}`, stored.get(name), {
      code: 'STATE_MISMATCH',
      remedy: 'Make it with the options that the state was saved from',
    });
  }
}

function written(value: unknown): string {
  return JSON.stringify(Array.isArray(value) && value.length === 1 ? value[0] : value);
}
