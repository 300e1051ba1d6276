import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type ConfigOption, configOptions } from '../src/config/config-options.js';
import { describeRule } from '../src/config/describe-rule.js';
import { resolveConfig } from '../src/config/resolve-config.js';
import { unaligned } from './unaligned.js';

const path = fileURLToPath(new URL('../README.md', import.meta.url));

function tableRow({ path: key, flag, schema, defaults }: ConfigOption): string {
  const owners = [...defaults.keys()].filter((owner) => owner !== '');
  const values = [
    ...new Set([...defaults.values()].map((value) => (value === undefined ? '' : JSON.stringify(value)))),
  ];
  const listed =
    values.length === 1
      ? values[0]
      : [...defaults].map(([owner, value]) => `${owner} ${JSON.stringify(value)}`).join(', ');
  const needs = owners.length > 0 && values.length === 1 ? ` (${owners.join(', ')})` : '';
  const rule = schema.enum === undefined ? describeRule(schema) : schema.enum.join(', ');
  return `| \`${key}\` | \`--${flag}\` | ${listed} | ${rule} | ${schema.description}${needs} |`;
}

it('lists every key with its flag, default and rule', () => {
  const table = [
    '| key | flag | default | value | meaning |',
    '|---|---|---|---|---|',
    ...configOptions().map(tableRow),
  ].join('\n');
  const block = /(<!-- keys:.*? -->\n)(.*?)(<!-- \/keys -->)/s;
  const readme = readFileSync(path, 'utf8');
  if (process.env['UPDATE_README'] === '1') {
    writeFileSync(
      path,
      readme.replace(block, (_, begin: string, __, end: string) => `${begin}${table}\n${end}`),
    );
  }
  expect(unaligned(block.exec(readFileSync(path, 'utf8'))?.[2] ?? '')).toBe(unaligned(table));
});

it('shows a configuration that is valid', () => {
  const example = /```json\n(.*?)```/s.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  const config = resolveConfig({
    file: { name: 'README.md', content: JSON.parse(example) },
    flags: new Map(),
  });
  expect(config.method.mixer).toBe('cutmix');
});
