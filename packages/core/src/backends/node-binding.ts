import type { Load } from './load.js';

type Predicate = (value: unknown) => boolean;

// Functions of node:util that Node 23 removed and that tfjs-node's binding still calls.
const removed: Readonly<Record<string, Predicate>> = {
  isArray: Array.isArray,
  isBoolean: (value) => typeof value === 'boolean',
  isFunction: (value) => typeof value === 'function',
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isObject: (value) => value !== null && typeof value === 'object',
  isString: (value) => typeof value === 'string',
  isUndefined: (value) => value === undefined,
};

/** Puts back what Node 23 took out of `node:util`; leaves what is there. */
export function restoreNodeUtil(util: Record<string, unknown>): void {
  for (const [name, predicate] of Object.entries(removed)) util[name] ??= predicate;
}

/** Loads tfjs-node or tfjs-node-gpu. */
export async function prepareNodeBinding(load: Load, specifier: string): Promise<void> {
  if (globalThis.process?.versions?.node === undefined) throw new Error('it runs in Node only');
  // By a variable name, so that bundlers for the browser do not look for it.
  const builtin = 'node:util';
  const util = (await import(/* @vite-ignore */ builtin)) as { default: Record<string, unknown> };
  restoreNodeUtil(util.default);
  await load(specifier);
}
