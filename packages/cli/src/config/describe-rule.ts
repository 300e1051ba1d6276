import type { JsonSchema } from './config-json-schema.js';

/** What a value must be, continuing the word "must be": `an integer of at least 1`. */
export function describeRule(schema: JsonSchema): string {
  const { type, prefixItems, items } = schema;
  if (schema.enum !== undefined) return `one of ${quoted(schema.enum)}`;
  if (prefixItems !== undefined)
    return `a list of ${prefixItems.length}, each ${describeRule(prefixItems[0] ?? {})}`;
  if (type === 'array' && items) return items.enum ? `a list of ${quoted(items.enum)}` : 'a list of numbers';
  if (type === 'integer' || type === 'number') {
    return `${type === 'integer' ? 'an integer' : 'a number'}${describeRange(schema)}`;
  }
  return type === 'boolean' ? 'true or false' : 'a text, not empty';
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

function describeRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  // Integers get the largest safe integer as their maximum by themselves; nobody needs to read it.
  const top = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const low =
    exclusiveMinimum !== undefined
      ? ` above ${exclusiveMinimum}`
      : minimum !== undefined
        ? ` of at least ${minimum}`
        : '';
  const high =
    exclusiveMaximum !== undefined
      ? ` below ${exclusiveMaximum}`
      : top !== undefined
        ? ` of at most ${top}`
        : '';
  if (minimum !== undefined && top !== undefined) return ` from ${minimum} to ${top}`;
  return low !== '' && high !== '' ? `${low} and${high}` : low + high;
}
