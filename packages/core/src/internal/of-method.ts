import { invalidArgument } from '../errors.js';
import type { Plan } from '../plan.js';

/**
 * What a table has for the method of a plan.
 *
 * @param prefix Of the names of what such tables hold, `layout` of `layoutCutmix`.
 * @throws MixError `UNSUPPORTED`, naming what to pass; `remark` ends the remedy.
 */
export function ofMethod<T>(
  where: string,
  { method }: Plan,
  table: Readonly<Record<string, T>>,
  { rule, prefix, remark = '' }: { readonly rule: string; readonly prefix: string; readonly remark?: string },
): T {
  const found = Object.hasOwn(table, method) ? table[method] : undefined;
  if (found !== undefined) return found;
  const name = `${prefix}${method[0]?.toUpperCase()}${method.slice(1)}`;
  throw invalidArgument(where, 'plan.method', rule, method, {
    code: 'UNSUPPORTED',
    remedy: `Pass { ${method}: ${name} }${remark}.`,
  });
}
