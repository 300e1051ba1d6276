import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeError } from './describe-error.js';

it('keeps an error on one line', () => {
  expect(describeError(new Error('first\n  second\n\n'), false)).toBe('first second');
  expect(describeError('a text', false)).toBe('a text');
  expect(describeError(new RangeError(''), false)).toBe('RangeError');
});

it('says what the file system means', () => {
  expect(() => readFileSync('/no/such/file')).toThrow();
  try {
    readFileSync('/no/such/file');
  } catch (error) {
    expect(describeError(error, false)).toBe('/no/such/file: there is no such file or folder');
  }
});

it('shows the stack and the cause when asked', () => {
  const text = describeError(new Error('outer', { cause: new Error('inner') }), true);
  expect(text).toMatch(/^outer\nError: outer\n\s+at .*caused by inner\n/s);
});
