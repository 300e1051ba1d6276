import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../src/config/config-json-schema.js';
import { readConfigFile } from '../src/config/read-config-file.js';
import { resolveConfig } from '../src/config/resolve-config.js';
import { printJson } from './print-json.js';

const folder = fileURLToPath(new URL('../../../configs/', import.meta.url));

it('configs/schema.json is the schema of the configuration (vitest -u writes it)', async () => {
  await expect(`${printJson(configJsonSchema())}\n`).toMatchFileSnapshot(`${folder}schema.json`);
});

it.each(readdirSync(folder).filter((name) => name !== 'schema.json'))('configs/%s is valid', (name) => {
  const content = readConfigFile(`${folder}${name}`);
  expect(resolveConfig({ file: { name, content }, flags: new Map() }).$schema).toBe('./schema.json');
});
