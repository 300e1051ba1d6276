import { createLoader, openTarShards } from '@mix/data';

/** An epoch from tar shards to uint8 batches, as a training loop sees them. */
export async function prepareDecode({ folder, split, batch, shuffle, workers }) {
  const data = await openTarShards(folder, { split });
  const loader = createLoader(data, { batchSize: batch, shuffle, workers });
  let epoch = 0;
  return {
    about: { images: data.size },
    async run() {
      for await (const { shape } of loader.batches(epoch)) if (shape[0] === 0) throw new Error('empty batch');
      epoch++;
    },
    dispose: () => loader.close(),
  };
}
