import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from './make-folder.js';

const root = mkdtempSync(join(tmpdir(), 'make-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

it('makes a folder and those above it, and is content with one that exists', () => {
  const path = join(root, 'a b', 'ü', 'c');
  makeFolder(path);
  makeFolder(path);
  expect(existsSync(path)).toBe(true);
});

it('says in one line which folder it could not make', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file', 'below'))).toThrow(
    /^cannot make the folder '.*below': ENOTDIR.*Choose another place$/,
  );
});

it.skipIf(!existsSync('/proc'))('returns from /proc, where nothing can be made', () => {
  expect(() => makeFolder('/proc/mix/run')).toThrow(/cannot make the folder '\/proc\/mix'/);
});
