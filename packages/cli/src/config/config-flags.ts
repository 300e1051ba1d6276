import { type Command, Option } from 'commander';
import { UsageError } from '../usage-error.js';
import type { JsonSchema } from './config-json-schema.js';
import { type ConfigOption, configOptions } from './config-options.js';
import { describeRule } from './describe-rule.js';

/**
 * Gives a command one flag for each key of the configuration.
 *
 * @param wanted Which keys; all of them by default.
 */
export function addConfigFlags(
  command: Command,
  wanted: (option: ConfigOption) => boolean = () => true,
): void {
  for (const option of configOptions().filter(wanted)) {
    const { flag, schema } = option;
    const help = describeOption(option);
    if (schema.type === 'boolean') {
      // The help shows the form that changes something; the other one overrides a file.
      const on = new Option(`--${flag}`, help).helpGroup(heading(option));
      const off = new Option(`--no-${flag}`, `do not ${schema.description}`).helpGroup(heading(option));
      command.addOption(schema.default === true ? on.hideHelp() : on);
      command.addOption(schema.default === true ? off : off.hideHelp());
      continue;
    }
    const parse = (text: string) => parseValue(text, option);
    command.addOption(
      new Option(`--${flag} <${placeholder(schema)}>`, help).argParser(parse).helpGroup(heading(option)),
    );
  }
}

/** What the flags of {@link addConfigFlags} said, by path (`train.epochs`); only those that were given. */
export function configFlagValues(command: Command): ReadonlyMap<string, unknown> {
  const given = configOptions().flatMap(({ path, flag }) => {
    const name = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return command.getOptionValueSource(name) === 'cli'
      ? [[path, command.getOptionValue(name)] as const]
      : [];
  });
  return new Map(given);
}

function describeOption({ schema, defaults }: ConfigOption): string {
  const { description = '' } = schema;
  const choices = schema.enum === undefined ? '' : `: ${schema.enum.join(', ')}`;
  return `${description}${choices}${describeDefaults(defaults)}`;
}

function describeDefaults(defaults: ReadonlyMap<string, unknown>): string {
  const values = [...defaults].map(([owner, value]) => ({
    owner,
    text: value === undefined ? '' : printDefault(value),
  }));
  const [first] = values;
  if (first === undefined) return '';
  if (first.owner === '') return first.text === '' ? '' : ` (default: ${first.text})`;
  const same = values.every(({ text }) => text === first.text);
  const owners = values.map(({ owner }) => owner).join(', ');
  if (same) return ` (${owners}${first.text === '' ? '' : `; default: ${first.text}`})`;
  return ` (default: ${values.map(({ owner, text }) => `${owner} ${text}`).join(', ')})`;
}

function printDefault(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function heading({ section }: ConfigOption): string {
  return section === ''
    ? 'Run:'
    : `${section.charAt(0).toUpperCase()}${section.slice(1)} (keys of '${section}'):`;
}

function placeholder({ type, enum: names }: JsonSchema): string {
  if (names !== undefined) return 'name';
  if (type === 'array') return 'a,b,...';
  return type === 'integer' ? 'n' : type === 'number' ? 'x' : 'path';
}

function parseValue(text: string, { flag, schema }: ConfigOption): unknown {
  const toNumber = (part: string): number => {
    const value = part.trim() === '' ? Number.NaN : Number(part);
    if (!Number.isFinite(value))
      throw new UsageError(`--${flag} must be ${describeRule(schema)}; got '${text}'`);
    return value;
  };
  if (schema.type === 'array') {
    const parts = text.split(',');
    const names = schema.items ? schema.items.enum : undefined;
    return names ? parts.map((part) => part.trim()) : parts.map(toNumber);
  }
  return schema.type === 'integer' || schema.type === 'number' ? toNumber(text) : text;
}
