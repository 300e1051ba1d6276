import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { pathArgument, shownPath } from './shown-path.js';

it.each([
  ['runs/first', 'runs/first'],
  ['my runs/first', "'my runs/first'"],
  ["it's $HOME", `'it'\\''s $HOME'`],
  ['-x', './-x'],
])('%s is typed as %s', (path, word) => {
  expect(pathArgument(resolve(path), 'linux')).toBe(word);
});

it('quotes for the shell of Windows, whose paths have backslashes', () => {
  expect(pathArgument(resolve('my runs'), 'win32')).toBe('"my runs"');
});

it('is relative under the working directory only', () => {
  expect(shownPath(process.cwd())).toBe('.');
  expect(shownPath(resolve('..', 'elsewhere'))).toBe(join(resolve('..'), 'elsewhere'));
});
