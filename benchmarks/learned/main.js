// The learned mixers beside the hand-crafted ones and no mixing: ResNet-20 on the first 5,000 images of CIFAR-10, 100 epochs, three seeds,
// all heads tested on the 10,000 test images. Finished runs stand in results.jsonl and are not made again; one that was stopped goes on
// from its last epoch. Writes the table of README.md at the end.
// Run: node main.js [--data path/to/cifar10] [--methods 'none;AutoMix'] [--seeds 0,1,2] [--runs folder]. About nineteen hours of one core.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handleSignals } from '@mix/train/node';
import { firstOf, openCifar, startNative } from '../trials/open-cifar.js';
import { runTrials } from '../trials/run-trials.js';
import { methods } from './methods.js';
import { recipe, trainLearned } from './train-learned.js';
import { writeLearnedTable } from './write-learned-table.js';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    methods: { type: 'string', default: Object.keys(methods).join(';') },
    seeds: { type: 'string', default: '0,1,2' },
    epochs: { type: 'string', default: String(recipe.epochs) },
    results: { type: 'string', default: fileURLToPath(new URL('results.jsonl', import.meta.url)) },
    runs: { type: 'string', default: fileURLToPath(new URL('../../runs/learned', import.meta.url)) },
  },
});
const { signal } = handleSignals();
await startNative();
const cifar = await openCifar(options.data);
const train = firstOf(cifar.train, recipe.images);
const trials = options.seeds
  .split(',')
  .flatMap((seed) => options.methods.split(';').map((method) => ({ method, seed: Number(seed) })));

await runTrials(options.results, trials, async ({ method, seed }) => {
  const folder = join(options.runs, `${method.replaceAll(/\W+/g, '-').toLowerCase()}-${seed}`);
  const epochs = Number(options.epochs);
  const result = await trainLearned({ method, seed, train, test: cifar.test, epochs, folder, signal });
  if (result === undefined) process.exit(143);
  return { epochs, ...result };
});
writeLearnedTable(options.results);
