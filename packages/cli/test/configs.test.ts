import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../src/config/config-json-schema.js';
import { readConfigFile } from '../src/config/read-config-file.js';
import { resolveConfig } from '../src/config/resolve-config.js';
import { printJson } from './print-json.js';

const folder = fileURLToPath(new URL('../../../configs/', import.meta.url));
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.json') && name !== 'schema.json',
);

it('configs/schema.json is the schema of the configuration (vitest -u writes it)', async () => {
  await expect(`${printJson(configJsonSchema())}\n`).toMatchFileSnapshot(`${folder}schema.json`);
});

it.each(names)('configs/%s is valid', (name) => {
  const path = join(folder, name);
  const { $schema } = resolveConfig({ file: { name, content: readConfigFile(path) }, flags: new Map() });
  expect(join(dirname(path), $schema ?? '')).toBe(`${folder}schema.json`);
});
