// Images per second from tar shards to uint8 batches, as a training loop sees them.
// node benchmarks/decode/main.js FOLDER [SPLIT]      about half a minute
// Prints a line per setting: the best of three epochs, and the CPU time an image took in all threads together.
import { createLoader, openTarShards } from '@mix/data';

const [folder, split = 'train'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node benchmarks/decode/main.js FOLDER [SPLIT], where FOLDER holds SPLIT-*.tar');
  process.exit(2);
}

const epochs = 3;
const opened = performance.now();
const data = await openTarShards(folder, { split });
console.log(`index    ${data.size} samples in ${Math.round(performance.now() - opened)} ms`);

for (const shuffle of [false, true]) {
  for (const workers of [0, 1, 2]) {
    const loader = createLoader(data, { batchSize: 128, shuffle, workers });
    let best = 0;
    let cpu = Infinity;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      for await (const { shape } of loader.batches(epoch)) if (shape[0] === 0) throw new Error('empty batch');
      const { user, system } = process.cpuUsage(before);
      best = Math.max(best, (data.size / (performance.now() - start)) * 1000);
      cpu = Math.min(cpu, (user + system) / data.size);
    }
    await loader.close();
    const order = shuffle ? 'shuffled' : 'in order';
    console.log(
      `${order} workers ${workers}  ${Math.round(best)} images/s  ${cpu.toFixed(0)} µs of CPU an image`,
    );
  }
}
