import { type BatchSource, checkInteger, type HostBatch, invalidArgument } from '@mix/core';

/**
 * Joins two streams of the same data: each batch is one of `first`, then as many rows of `second`. For methods that mix the
 * natural distribution with a re-balanced one (CMO, DBN-Mix), with the pairings `otherHalf` and `acrossHalves`.
 *
 * An epoch is one of `first`; `second` runs through its own epochs meanwhile, and begins anew where one ends. What comes is a
 * function of (epoch, batch) as in any source. Give the two sources streams of their own, and `second` full batches
 * (`dropLast`, and no `onCorrupt: 'skip'`, which makes batches shorter) of at least the size of the first's.
 *
 * @throws MixError `INVALID_ARGUMENT` if the two do not fit; from `batches` also `BATCH_SIZE` if `second` gives too few rows.
 */
export function dualSource(first: BatchSource, second: BatchSource): BatchSource {
  const fits = first.numClasses === second.numClasses && `${first.imageShape}` === `${second.imageShape}`;
  if (!fits || second.batchSize < first.batchSize || second.numBatches < 1) {
    const rule = "have the first's classes and image shape, and batches no smaller";
    const { numClasses, imageShape, batchSize, numBatches } = second;
    throw invalidArgument('dualSource', 'second', rule, { numClasses, imageShape, batchSize, numBatches });
  }

  async function* rows(from: number): AsyncGenerator<HostBatch, never, undefined> {
    let epoch = Math.floor(from / second.numBatches);
    let batch = from % second.numBatches;
    for (;;) {
      yield* second.batches(epoch, batch);
      epoch++;
      batch = 0;
    }
  }

  async function* batches(epoch: number, from = 0): AsyncGenerator<HostBatch, void, undefined> {
    checkInteger('BatchSource.batches', 'epoch', epoch);
    checkInteger('BatchSource.batches', 'from', from);
    const others = rows(epoch * first.numBatches + from);
    try {
      for await (const batch of first.batches(epoch, from)) {
        yield join(batch, (await others.next()).value);
      }
    } finally {
      // Never ends by itself: lets go of what it holds.
      await others.return(undefined as never);
    }
  }

  return {
    numSamples: 2 * first.numSamples,
    numBatches: first.numBatches,
    batchSize: 2 * first.batchSize,
    numClasses: first.numClasses,
    imageShape: first.imageShape,
    batches,
  };
}

function join(a: HostBatch, b: HostBatch): HostBatch {
  const [size, ...imageShape] = a.shape;
  if (b.shape[0] < size) {
    throw invalidArgument('dualSource', 'second', `give ${size} rows at least`, b.shape[0], {
      code: 'BATCH_SIZE',
      remedy: "Make its loader with dropLast: true, and with onCorrupt: 'replace' where the first has 'skip'",
    });
  }
  const images = new Uint8Array(2 * a.images.length);
  images.set(a.images);
  images.set(b.images.subarray(0, a.images.length), a.images.length);
  const labels = (list: HostBatch): number[] =>
    Array.from(list.labels.subarray(0, (list.labels.length / list.shape[0]) * size));
  const both = [...labels(a), ...labels(b)];
  return {
    images,
    shape: [2 * size, ...imageShape],
    labels: a.labels instanceof Int32Array ? Int32Array.from(both) : Float32Array.from(both),
    keys: [...a.keys, ...b.keys.slice(0, size)],
  };
}
