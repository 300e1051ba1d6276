import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { readConfigFile } from './read-config-file.js';

const folder = mkdtempSync(join(tmpdir(), 'mix-'));

function fileWith(text: string): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, text);
  return path;
}

it('reads JSON, also behind a byte order mark', () => {
  expect(readConfigFile(fileWith('{ "seed": 1 }'))).toEqual({ seed: 1 });
  expect(readConfigFile(fileWith('\uFEFF{ "seed": 1 }'))).toEqual({ seed: 1 });
});

it('says why a path cannot be read', () => {
  const none = join(folder, 'none.json');
  expect(() => readConfigFile(folder)).toThrow(
    new UsageError(`${folder}: cannot be read: is a folder, not a file`),
  );
  expect(() => readConfigFile(none)).toThrow(
    new UsageError(`${none}: cannot be read: there is no such file`),
  );
});

it.each(['{ "__proto__": { "seed": 1 } }', '{ "train": { "__proto__": 1 } }'])('refuses %s', (text) => {
  const path = fileWith(text);
  expect(() => readConfigFile(path)).toThrow(new UsageError(`${path}: unknown key '__proto__'`));
});
