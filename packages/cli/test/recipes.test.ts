import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readConfigFile } from '../src/config/read-config-file.js';
import { resolveConfig } from '../src/config/resolve-config.js';
import { unaligned } from './unaligned.js';

const configs = fileURLToPath(new URL('../../../configs/', import.meta.url));
const guide = fileURLToPath(new URL('../../../docs/recipes.md', import.meta.url));
const recipes = readdirSync(configs, { recursive: true, encoding: 'utf8' })
  .filter((name) => dirname(name) !== '.' && name.endsWith('.json'))
  .sort();

function tableRow(name: string): string {
  const content = readConfigFile(`${configs}${name}`);
  const { $published, train } = resolveConfig({ file: { name, content }, flags: new Map() });
  if ($published === undefined) throw new Error(`${name}: has no $published`);
  return `| [${name}](../configs/${name}) | ${train.epochs} | ${train.batchSize * train.accumulate} | ${$published} |`;
}

it('docs/recipes.md has every recipe with the accuracy published for it (UPDATE_RECIPES=1 writes it)', () => {
  const rows = [
    '| recipe | epochs | batch | published top-1 in % |',
    '| --- | --- | --- | --- |',
    ...recipes.map(tableRow),
  ];
  const block = /(<!-- recipes:.*? -->\n)(.*?)(<!-- \/recipes -->)/s;
  if (process.env['UPDATE_RECIPES'] === '1') {
    const text = readFileSync(guide, 'utf8');
    const table = rows.join('\n');
    writeFileSync(
      guide,
      text.replace(block, (_, begin: string, __, end: string) => `${begin}\n${table}\n\n${end}`),
    );
  }
  expect(unaligned(block.exec(readFileSync(guide, 'utf8'))?.[2] ?? '')).toBe(unaligned(rows.join('\n')));
});
