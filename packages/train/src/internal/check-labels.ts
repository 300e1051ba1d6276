import { type HostBatch, invalidArgument } from '@mix/core';

/** Throws for a class that is none of a source's: on the device it would have a loss of 0, without a word. */
export function checkLabels(
  where: string,
  source: string,
  { labels, keys }: HostBatch,
  numClasses: number,
): void {
  if (labels instanceof Float32Array) return;
  const row = labels.findIndex((label) => label < 0 || label >= numClasses);
  if (row === -1) return;
  const of = keys[row] === undefined ? `of row ${row} in a batch` : `of '${keys[row]}'`;
  throw invalidArgument(where, `${source}: class ${of}`, `be from 0 to ${numClasses - 1}`, labels[row]);
}
