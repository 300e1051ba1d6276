import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonlLog, readRecords } from './jsonl-log.js';
import type { EpochRecord, StartRecord, StepRecord } from './records.js';

const root = mkdtempSync(join(tmpdir(), 'mix-log-'));
afterAll(() => rmSync(root, { recursive: true }));

const start = (step: number, epochsDone: number) => ({ type: 'start', step, epochsDone }) as StartRecord;
const step = (number: number) => ({ type: 'step', step: number, loss: 0.5 }) as StepRecord;
const epoch = (number: number, steps: number) =>
  ({ type: 'epoch', epoch: number, step: steps }) as EpochRecord;

describe('jsonlLog', () => {
  it('appends lines, and cuts off what a killed process left of one', () => {
    const path = join(root, 'new', 'metrics.jsonl');
    jsonlLog(path)(step(1));
    appendFileSync(path, '{"type":"st');
    expect(readRecords(path)).toEqual([step(1)]);
    jsonlLog(path)(step(2));
    expect(readFileSync(path, 'utf8')).toBe(
      '{"type":"step","step":1,"loss":0.5}\n{"type":"step","step":2,"loss":0.5}\n',
    );
  });
});

describe('readRecords', () => {
  it.each(['{"type":"step"', 'null', '[]', '3', '{"step":1}'])(
    'refuses the line %s, saying where it is',
    (line) => {
      const path = join(root, 'other.jsonl');
      writeFileSync(path, `{"type":"step","step":1,"loss":0.5}\n\n${line}\n`);
      expect(() => readRecords(path)).toThrow(
        `readRecords: line 3 of ${path} must be a record of fit; got ${JSON.stringify(line)}`,
      );
    },
  );

  it('drops what a resumed run did again', () => {
    const path = join(root, 'metrics.jsonl');
    const log = jsonlLog(path);
    // Killed after step 5, resumed from a checkpoint at step 4 whose epoch was not yet evaluated.
    for (const record of [start(0, 0), step(2), epoch(1, 2), step(4), epoch(2, 4), step(5)]) log(record);
    for (const record of [start(4, 1), epoch(2, 4), step(5)]) log(record);
    expect(readRecords(path)).toEqual([
      ...[start(0, 0), step(2), epoch(1, 2), step(4), start(4, 1), epoch(2, 4), step(5)],
    ]);
  });
});
