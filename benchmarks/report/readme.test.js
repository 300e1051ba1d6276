import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { writeReadme } from './write-readme.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const results = here('../results/bench.json');

it.runIf(existsSync(results))('the README holds the tables of the results, and the picture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mix-readme-'));
  try {
    const [copy, readme] = [join(folder, 'bench.json'), join(folder, 'README.md')];
    copyFileSync(results, copy);
    copyFileSync(here('../README.md'), readme);
    writeReadme(copy, readme);
    expect(readFileSync(readme, 'utf8')).toBe(readFileSync(here('../README.md'), 'utf8'));
    const plot = join(folder, 'growth.svg');
    if (existsSync(plot)) {
      expect(readFileSync(plot, 'utf8')).toBe(readFileSync(here('../results/growth.svg'), 'utf8'));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
