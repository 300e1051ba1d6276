import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it("runs the README's loop", () => {
  const root = new URL('..', import.meta.url).pathname;
  const [, loop = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(`${root}README.md`, 'utf8')) ?? [];
  const output = execFileSync('node', ['--input-type=module', '--eval', loop], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(Number(/clean accuracy (\d\.\d+)/.exec(output)?.[1])).toBeGreaterThan(0.9);
});
