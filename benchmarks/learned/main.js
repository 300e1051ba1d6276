// The learned mixers beside the hand-crafted ones and no mixing: ResNet-20 on the first images of CIFAR-10, three seeds, all heads tested
// on the 10,000 test images. Finished runs stand in a file beside this one and are not made again; one that was stopped goes on from its
// last epoch. Writes the tables of README.md at the end.
// Run: node main.js [--series long|short] [--data path/to/cifar10] [--methods 'none;AutoMix'] [--seeds 0,1,2] [--results folder] [--runs folder].
// The long series takes about nineteen hours of one core.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handleSignals } from '@mix/train/node';
import { firstOf, openCifar, startNative } from '../trials/open-cifar.js';
import { runTrials } from '../trials/run-trials.js';
import { series } from './series.js';
import { trainLearned } from './train-learned.js';
import { writeLearnedTables } from './write-learned-tables.js';

const { values: options } = parseArgs({
  options: {
    series: { type: 'string', default: 'long' },
    data: { type: 'string' },
    methods: { type: 'string' },
    seeds: { type: 'string', default: '0,1,2' },
    epochs: { type: 'string' },
    results: { type: 'string', default: fileURLToPath(new URL('.', import.meta.url)) },
    runs: { type: 'string', default: fileURLToPath(new URL('../../runs/learned', import.meta.url)) },
  },
});
const chosen = series[options.series];
if (!chosen)
  throw new Error(`--series must be one of ${Object.keys(series).join(', ')}; got ${options.series}`);
const epochs = Number(options.epochs ?? chosen.epochs);
const names = options.methods?.split(';') ?? chosen.methods;
const { signal } = handleSignals();
await startNative();
const cifar = await openCifar(options.data);
const train = firstOf(cifar.train, chosen.images);
const trials = options.seeds
  .split(',')
  .flatMap((seed) => names.map((method) => ({ method, seed: Number(seed) })));

await runTrials(join(options.results, chosen.file), trials, async ({ method, seed }) => {
  const name = method.replaceAll(/\W+/g, '-').toLowerCase();
  const folder = join(options.runs, options.series, `${name}-${seed}`);
  const result = await trainLearned({ method, seed, train, test: cifar.test, epochs, folder, signal });
  if (result === undefined) process.exit(143);
  return { epochs, ...result };
});
writeLearnedTables(options.results);
