import { type Batch, checkBatch, invalidArgument, type Plan, shapeOf } from '@mix/core';

/** Throws unless `plan` is for a batch of this shape. */
export function checkFits(where: string, batch: Batch, plan: Plan): void {
  checkBatch(where, batch);
  const shape = shapeOf(batch);
  if (!Array.isArray(plan.shape) || plan.shape.join() !== shape.join()) {
    throw invalidArgument(where, 'plan.shape', `be the batch's [B,H,W]=[${shape}]`, plan.shape, {
      code: 'SHAPE',
    });
  }
}

/** Throws unless `plan` is one of `method`, with a value for every row in each of `lists`. */
export function checkRows(
  where: string,
  plan: Plan,
  method: string,
  lists: readonly (readonly unknown[])[],
): void {
  if (plan.method !== method) throw invalidArgument(where, 'plan.method', `be '${method}'`, plan.method);
  const [size] = plan.shape;
  for (const list of lists) {
    if (!Array.isArray(list) || list.length !== size) {
      throw invalidArgument(where, 'plan', `have a value for each of ${size} rows`, list?.length, {
        code: 'BATCH_SIZE',
      });
    }
  }
}

/** Throws unless every partner is a row of the batch and every λ a share. */
export function checkPairs(where: string, partner: readonly number[], lam: readonly number[]): void {
  for (const other of partner) {
    if (!(Number.isInteger(other) && other >= 0 && other < partner.length)) {
      throw invalidArgument(where, 'plan.partner', `be rows from 0 to ${partner.length - 1}`, other);
    }
  }
  for (const own of lam) {
    if (!(typeof own === 'number' && own >= 0 && own <= 1)) {
      throw invalidArgument(where, 'plan.lam', 'be shares from 0 to 1', own);
    }
  }
}

/** Throws unless every entry of a plan's list is what it must be. */
export function checkEach<T>(
  where: string,
  argument: string,
  rule: string,
  list: readonly T[],
  holds: (entry: T) => boolean,
): void {
  const wrong = list.findIndex((entry) => !holds(entry));
  if (wrong >= 0) throw invalidArgument(where, `${argument}[${wrong}]`, rule, list[wrong]);
}

/** Whether a value read from JSON is a list of `count` numbers, all whole if so asked. */
export function isNumbers(value: unknown, count: number, whole: 'whole' | 'any' = 'whole'): boolean {
  const holds = whole === 'whole' ? Number.isInteger : Number.isFinite;
  return Array.isArray(value) && value.length === count && value.every(holds);
}

/** Whether a value read from JSON is an object with fields of its own. */
export function isFields<T>(value: T): value is Exclude<T, readonly unknown[] | string | number | null> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
