import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { claimFolder, claimNewFolder } from './claim-folder.js';
import { lockFolder, lockName } from './lock-folder.js';

const start = process.cwd();
const place = () => mkdtempSync(join(tmpdir(), 'mix-'));

afterEach(() => process.chdir(start));

it('gives the next number to a run that comes second', () => {
  process.chdir(place());
  const names = [1, 2, 3].map(() => claimNewFolder('cutmix', 'resnet20').path);
  expect(names.map((name) => name.slice(process.cwd().length + 1))).toEqual([
    join('runs', 'cutmix-resnet20'),
    join('runs', 'cutmix-resnet20-2'),
    join('runs', 'cutmix-resnet20-3'),
  ]);
});

it('gives a folder to one run, and takes it back when nothing was written', () => {
  const out = join(place(), 'deep', 'run');
  const { path, release } = claimFolder(out);
  expect(readFileSync(join(path, lockName), 'utf8')).toBe(`${process.pid}\n`);
  expect(() => claimFolder(out)).toThrow(`is in use by process ${process.pid}`);
  release();
  release();
  expect(existsSync(out)).toBe(false);
});

it('takes an empty folder and leaves it there', () => {
  const out = place();
  claimFolder(out).release();
  expect(existsSync(out)).toBe(true);
});

it.each([
  ['config.json', 'must be absent or empty; it has config.json. Choose another folder'],
  ['metrics.jsonl', 'holds a run already; go on with it by --resume'],
])('refuses a folder with %s and leaves it as it is', (file, message) => {
  const out = place();
  writeFileSync(join(out, file), 'mine');
  expect(() => claimFolder(out)).toThrow(message);
  expect(existsSync(join(out, lockName))).toBe(false);
  expect(readFileSync(join(out, file), 'utf8')).toBe('mine');
});

it('refuses a file', () => {
  const file = join(place(), 'run.png');
  writeFileSync(file, '');
  expect(() => claimFolder(file)).toThrow('must be a folder for the run; it is a file');
});

it('takes over the lock of a process that is gone, not that of a living one', () => {
  const folder = place();
  const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(join(folder, lockName), `${gone}\n`);
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`is in use by process ${process.pid}`);
  release();
  writeFileSync(join(folder, lockName), `${process.ppid}\n`);
  expect(() => lockFolder(folder)).toThrow(`is in use by process ${process.ppid}`);
});

it('respects a lock that says nothing yet', () => {
  const folder = place();
  writeFileSync(join(folder, lockName), '');
  expect(() => lockFolder(folder)).toThrow('is in use by another process; wait until it ends');
});

it('takes over a lock with the id that this process got anew', () => {
  const folder = place();
  writeFileSync(join(folder, lockName), `${process.pid}\n`);
  lockFolder(folder)();
  expect(existsSync(join(folder, lockName))).toBe(false);
});
