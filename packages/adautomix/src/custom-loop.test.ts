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
  const accuracies = [...output.matchAll(/(\w+): clean accuracy (\d\.\d+)/g)].map(([, head, value]) => [
    head,
    Number(value),
  ]);
  expect(accuracies.map(([head]) => head)).toEqual(['student', 'studentMix', 'teacher', 'teacherMix']);
  for (const [head, accuracy] of accuracies) expect(accuracy, String(head)).toBeGreaterThan(0.9);
});
