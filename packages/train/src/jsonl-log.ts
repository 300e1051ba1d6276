import { appendFileSync, closeSync, existsSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { invalidArgument } from '@mix/core';
import { makeFolder } from './make-folder.js';
import type { TrainRecord } from './records.js';

/**
 * Makes a `log` for `fit` that appends one line of JSON for each record. A half line at the end of the file, from a process
 * that was killed, is cut off first.
 *
 * @param path The file, such as `runs/cutmix/metrics.jsonl`; made with its folder if it does not exist.
 */
export function jsonlLog(path: string): (record: TrainRecord) => void {
  makeFolder(dirname(path));
  if (existsSync(path)) cutHalfLine(path);
  return (record) => appendFileSync(path, `${JSON.stringify(record)}\n`);
}

/**
 * Reads the records of a log. What a later start superseded is left out: steps and epochs that a run had logged beyond the
 * checkpoint from which it was resumed.
 *
 * @param path A file that {@link jsonlLog} wrote.
 * @throws MixError `FORMAT` for a line that is no record.
 */
export function readRecords(path: string): TrainRecord[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  let records: TrainRecord[] = [];
  for (const [index, line] of whole.split('\n').entries()) {
    if (line === '') continue;
    const record = parseRecord(path, index + 1, line);
    if (record.type === 'start') records = records.filter((earlier) => !isSuperseded(earlier, record));
    records.push(record);
  }
  return records;
}

function parseRecord(path: string, number: number, line: string): TrainRecord {
  let record: Partial<TrainRecord> | null = null;
  try {
    record = JSON.parse(line);
  } catch {
    // Said below, with the line.
  }
  if (['start', 'step', 'epoch'].includes(String(record?.type))) return record as TrainRecord;
  throw invalidArgument('readRecords', `line ${number} of ${path}`, 'be a record of fit', line, {
    code: 'FORMAT',
  });
}

function isSuperseded(earlier: TrainRecord, start: { step: number; epochsDone: number }): boolean {
  if (earlier.type === 'step') return earlier.step > start.step;
  if (earlier.type === 'epoch') return earlier.epoch > start.epochsDone;
  return earlier.step > start.step;
}

function cutHalfLine(path: string): void {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end === bytes.length) return;
  const file = openSync(path, 'r+');
  try {
    ftruncateSync(file, end);
  } finally {
    closeSync(file);
  }
}
