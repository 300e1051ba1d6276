import { afterEach, describe, expect, it } from 'vitest';
import { startChild } from './child.js';

/** A process that answers by a line of code, in which `request` stands for what it was asked. */
function child(answer, meanwhile = '') {
  const script = `
    const { createInterface } = require('node:readline');
    createInterface({ input: process.stdin }).on('line', (line) => {
      const request = JSON.parse(line);
      console.log('not an answer');
      console.log(JSON.stringify(${answer}));
    }).on('close', () => process.exit(0));
    ${meanwhile}`;
  const started = startChild(process.execPath, ['-e', script], {});
  running.push(started);
  return started;
}

const running = [];
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));

describe('startChild', () => {
  it('answers in JSON, whatever else is printed, and tells memory', async () => {
    const echo = child('{ twice: 2 * request.value }');
    expect(await echo.ask({ value: 21 })).toMatchObject({ twice: 42 });
    const { peakMiB, residentMiB } = echo.memory();
    expect(peakMiB).toBeGreaterThanOrEqual(residentMiB);
    expect(residentMiB).toBeGreaterThan(5);
  });

  it('rejects with the error of an answer, and goes on', async () => {
    const fails = child('request.value === 1 ? { error: "no" } : {}');
    await expect(fails.ask({ value: 1 })).rejects.toThrow('no');
    await expect(fails.ask({ value: 2 })).resolves.toBeDefined();
  });

  it('rejects when the process ends, now and afterwards', async () => {
    const dies = child('process.exit(3)');
    await expect(dies.ask({})).rejects.toThrow(/ended with code 3/);
    await expect(dies.ask({})).rejects.toThrow(/ended with code 3/);
  });

  it('tells a process that works while it should idle from one that does not', async () => {
    const spin =
      'setInterval(() => { const end = performance.now() + 40; while (performance.now() < end); }, 50);';
    const [busy, quiet] = [child('{}', spin), child('{}')];
    await Promise.all([busy.ask({}), quiet.ask({})]);
    for (const one of [busy, quiet]) one.resetIdle();
    await pause(500);
    await Promise.all([busy.ask({}), quiet.ask({})]);
    expect(quiet.idleShare()).toBeLessThan(busy.idleShare() / 2);
    expect(busy.idleShare()).toBeGreaterThan(0.05);
  });
});
