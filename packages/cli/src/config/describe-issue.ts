import { describeReceived } from '@mix/core';
import type { z } from 'zod';
import type { ConfigOption } from './config-options.js';
import { describeRule } from './describe-rule.js';
import { nearestName } from './nearest-name.js';

/** Where values came from, for messages. */
export interface ConfigOrigin {
  /** Name of the configuration file, if there is one. */
  readonly file: string | undefined;
  /** Paths (`train.epochs`) that were given as flags. */
  readonly flagged: ReadonlySet<string>;
}

/** One readable line about what is wrong with a configuration. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  input: unknown,
  options: readonly ConfigOption[],
  origin: ConfigOrigin,
): string {
  const file = origin.file === undefined ? '' : `${origin.file}: `;
  if (issue.code === 'unrecognized_keys') {
    return describeUnknownKey([...issue.path, issue.keys[0] ?? ''].join('.'), input, options, file, origin);
  }
  const path = issue.path.map(String);
  const option = options.find((one) => one.path === path.slice(0, one.section === '' ? 1 : 2).join('.'));
  if (option === undefined) {
    const key = path.length === 0 ? 'the configuration' : `'${path.join('.')}'`;
    return `${file}${key} must be an object; got ${describeReceived(valueAt(input, path))}`;
  }
  const value = valueAt(input, option.path.split('.'));
  const subject = origin.flagged.has(option.path) ? `--${option.flag}` : `${file}'${option.path}'`;
  if (issue.code === 'custom') {
    // A default that does not go with another value: the flag that changes it is the remedy.
    return value === undefined
      ? `--${option.flag} must ${issue.message}; got the default ${describeReceived(option.schema.default)}`
      : `${subject} must ${issue.message}; got ${describeReceived(value)}`;
  }
  return `${subject} must be ${describeRule(option.schema)}; got ${describeReceived(value)}${meant(value, option)}`;
}

function meant(value: unknown, { schema }: ConfigOption): string {
  const near = typeof value === 'string' && schema.enum ? nearestName(value, schema.enum) : undefined;
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

function describeUnknownKey(
  path: string,
  input: unknown,
  options: readonly ConfigOption[],
  file: string,
  origin: ConfigOrigin,
): string {
  const known = options.find((option) => option.path === path);
  if (known !== undefined) {
    const choice = options.find(({ section, isChoice }) => isChoice && section === known.section);
    const chosen = choice && valueAt(input, choice.path.split('.'));
    const owners = [...known.defaults.keys()].map((name) => `'${name}'`).join(', ');
    const subject = origin.flagged.has(path) ? `--${known.flag}` : `${file}'${path}'`;
    return `${subject} does not belong to ${choice?.flag} '${String(chosen)}', but to ${owners}`;
  }
  const [section, key] = path.includes('.') ? (path.split('.', 2) as [string, string]) : ['', path];
  const siblings =
    section === ''
      ? [...new Set(options.map((option) => option.section || option.key))]
      : options.filter((option) => option.section === section).map((option) => option.key);
  const sibling = nearestName(key, siblings);
  const near = sibling === undefined ? elsewhere(key, options) : [section, sibling].filter(Boolean).join('.');
  return `${file}unknown key '${path}'${near === undefined ? '' : `; did you mean '${near}'?`}`;
}

// A key in the wrong section, or at the top level: name where it belongs.
function elsewhere(key: string, options: readonly ConfigOption[]): string | undefined {
  const near = nearestName(
    key,
    options.map((option) => option.key),
  );
  return options.find((option) => option.key === near)?.path;
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
