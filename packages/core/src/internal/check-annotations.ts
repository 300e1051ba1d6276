import { invalidArgument } from '../errors.js';
import type { Plan } from '../plan.js';

/** Throws unless there is a list of annotations for each image of the plan's batch. */
export function checkAnnotations(
  where: string,
  argument: string,
  lists: readonly (readonly unknown[])[],
  { shape: [size] }: Plan,
): void {
  if (lists.length === size && lists.every(Array.isArray)) return;
  throw invalidArgument(where, argument, `be a list for each of the plan's ${size} images`, lists.length, {
    code: 'BATCH_SIZE',
  });
}
