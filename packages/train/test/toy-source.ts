import { type BatchSource, createRng, type HostBatch } from '@mix/core';

/** Images whose brightest corner is their class; batch b of epoch e is a function of seed, e and b. */
export function toySource({
  numSamples = 22,
  batchSize = 4,
  numClasses = 3,
  side = 6,
  channels = 1,
  seed = 5,
} = {}): BatchSource {
  const numBatches = Math.ceil(numSamples / batchSize);
  const size = side * side * channels;
  const rng = createRng(seed);
  const samples = Array.from({ length: numSamples }, (_, index) => {
    const own = rng.fork('sample', index);
    const label = own.integer(numClasses);
    const image = Uint8Array.from({ length: size }, () => own.integer(120));
    const corner = (label % 2) * (side - 2) * channels + (label >> 1) * (side - 2) * side * channels;
    for (const step of [0, channels, side * channels, (side + 1) * channels]) image[corner + step] = 255;
    return { label, image };
  });
  return {
    numSamples,
    numBatches,
    batchSize,
    numClasses,
    imageShape: [side, side, channels],
    async *batches(epoch, from = 0) {
      const order = rng.fork('order', epoch).permutation(numSamples);
      for (let batch = from; batch < numBatches; batch++) {
        const rows = order.slice(batch * batchSize, (batch + 1) * batchSize);
        const images = new Uint8Array(rows.length * size);
        rows.forEach((row, index) => {
          images.set(samples[row]?.image ?? [], index * size);
        });
        yield await Promise.resolve<HostBatch>({
          images,
          shape: [rows.length, side, side, channels],
          labels: Int32Array.from(rows, (row) => samples[row]?.label ?? 0),
          keys: rows.map(String),
        });
      }
    },
  };
}
