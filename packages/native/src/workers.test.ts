import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeNative } from '../test/on-native.js';

const script = fileURLToPath(new URL('../test/in-workers.mjs', import.meta.url));

describeNative('worker threads', () => {
  it.each([
    'two workers beside the main thread',
    'one after the other, before the main thread',
    'terminated while they compute',
    'the process exits while they compute',
  ])('compute right and end well: %s', async (scenario) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, scenario]);
    expect([stdout, stderr]).toEqual(['done\n', '']);
  });
});
