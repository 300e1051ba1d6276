import type { HostBatch } from '@mix/core';
import type { ImageDataset } from '../dataset.js';
import type { CorruptPolicy, CorruptSample } from '../loader-options.js';
import { nothingGoodError } from './corrupt-errors.js';
import type { Request, Row, RowReader } from './row-reader.js';

/** A batch, and the corrupt samples met on the way. */
export type Assembled = { readonly batch: HostBatch; readonly corrupt: readonly CorruptSample[] };

type GoodRow = Extract<Row, { pixels: Uint8Array }>;
type BadRow = Exclude<Row, GoodRow>;
type Rules = { readonly dataset: ImageDataset; readonly policy: CorruptPolicy; readonly ceiling: number };

/** Reads the samples that are asked for and puts them into one batch, corrupt ones dealt with by the rules. */
export async function assembleBatch(
  read: RowReader,
  requests: readonly Request[],
  shape: readonly [number, number, number],
  { dataset, policy, ceiling }: Rules,
): Promise<Assembled> {
  const rows = await read(requests);
  const corrupt = new Map<number, CorruptSample>();
  const good: GoodRow[] = [];
  for (const [position, row] of rows.entries()) {
    if ('pixels' in row) {
      good.push(row);
      continue;
    }
    corrupt.set(row.index, report(row));
    // Over the ceiling, the caller throws: reading on would be for nothing.
    if (policy === 'error' || corrupt.size > ceiling) break;
    if (policy === 'replace') good.push(...(await replacement(row, requests[position])));
  }
  const first = rows[0] as Row;
  if (policy === 'skip' && good.length === 0 && !('pixels' in first))
    good.push(...(await replacement(first, requests[0])));
  return { batch: join(good, shape), corrupt: [...corrupt.values()] };

  async function replacement(bad: BadRow, request: Request | undefined): Promise<GoodRow[]> {
    const { size, name } = dataset;
    for (let step = 1; step < size; step++) {
      const [row] = (await read([{ ...request, index: (bad.index + step) % size }])) as readonly [Row];
      if ('pixels' in row) return [row];
      corrupt.set(row.index, report(row));
      if (corrupt.size > ceiling) return [];
    }
    throw nothingGoodError(name, report(bad));
  }
}

function report({ index, key, path, reason }: BadRow): CorruptSample {
  return { index, key, path, reason };
}

function join(
  rows: readonly GoodRow[],
  [height, width, channels]: readonly [number, number, number],
): HostBatch {
  const bytes = height * width * channels;
  const images = new Uint8Array(rows.length * bytes);
  for (const [row, { pixels }] of rows.entries()) images.set(pixels, row * bytes);
  return {
    images,
    shape: [rows.length, height, width, channels],
    labels: Int32Array.from(rows, ({ label }) => label),
    keys: rows.map(({ key }) => key),
  };
}
