import { readFileSync } from 'node:fs';
import { MixError } from '@mix/core';
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

it.each([
  [
    "createLoader: cannot read a.jpg: cut off. Repair or remove it, or set onCorrupt to 'skip' or 'replace'",
    'createLoader: cannot read a.jpg: cut off. Repair or remove it, or pass --on-corrupt skip or --on-corrupt replace',
  ],
  [
    'createLoader: 3 corrupt images in cats, more than maxCorrupt = 2: a, b. Repair the data, or raise maxCorrupt',
    'createLoader: 3 corrupt images in cats, more than --max-corrupt 2: a, b. Repair the data, or raise --max-corrupt',
  ],
  [
    'createLoader: imageSize/a.jpg is 3x3x3. Give imageSize to scale',
    'createLoader: imageSize/a.jpg is 3x3x3. Give --image-size to scale',
  ],
  [
    'fit: last must be of this run; its config is {"imageSize":null,"a":"set onCorrupt"}, this run\'s is {"imageSize":32}',
    'fit: last must be of this run; its config is {"imageSize":null,"a":"set onCorrupt"}, this run\'s is {"imageSize":32}',
  ],
  [
    "loadState: a must hold this model's 2 tensors; got 1 misfitting (fc.bias). Pass head: 'skip' to keep the model's own last layer",
    "loadState: a must hold this model's 2 tensors; got 1 misfitting (fc.bias). Pass --weights-head skip to keep the model's own last layer",
  ],
  [
    'loadState: prefix must be what names of a begin with; got "x."',
    '--weights-prefix must be what names of a begin with; got "x."',
  ],
  [
    "samix: stage must be one of the classifier's 3 stages; got 9",
    "--mask-stage must be one of the classifier's 3 stages; got 9",
  ],
])('names flags where the library names options: %s', (message, line) => {
  const options = { code: 'CORRUPT_DATA', argument: 'onCorrupt', received: 1 } as const;
  expect(describeError(new MixError(message, options), false)).toBe(line);
  expect(describeError(new Error(message), false)).toBe(message);
});
