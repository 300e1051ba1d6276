// ResNet-20 on the first 10,000 images of CIFAR-10, 8 epochs, three seeds, with and without CutMix: mix on WebAssembly beside
// PyTorch. Goes on where it was stopped: a run that stands in results.jsonl is not made again.
// Run: node main.js --data path/to/cifar10 [--parallel 2] [--python /usr/bin/python3]. About an hour and a half of one core.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    parallel: { type: 'string', default: '2' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
if (options.data === undefined) throw new Error('give --data, the folder of the CIFAR-10 shards');
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const results = here('results.jsonl');
const recipe = { epochs: 8, batchSize: 128, trainLimit: 10_000, testLimit: 2_000 };

function records() {
  if (!existsSync(results)) return [];
  return readFileSync(results, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function output(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}`)),
    );
  });
}

const flags = (pairs) => Object.entries(pairs).flatMap(([name, value]) => [`--${name}`, String(value)]);

async function trainMix({ seed, mixer }) {
  const folder = mkdtempSync(join(tmpdir(), 'mix-cifar10-'));
  const args = flags({
    data: options.data,
    model: 'resnet20',
    mixer,
    seed,
    epochs: recipe.epochs,
    'batch-size': recipe.batchSize,
    'train-limit': recipe.trainLimit,
    'test-limit': recipe.testLimit,
    backend: 'wasm',
    out: join(folder, 'run'),
  });
  const text = await output('node', [here('../../packages/cli/dist/main.js'), 'train', '--json', ...args]);
  const { last, best } = JSON.parse(text);
  const epochs = readFileSync(join(folder, 'run', 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"type":"epoch"'));
  const seconds = epochs.reduce((sum, line) => sum + JSON.parse(line).seconds, 0);
  rmSync(folder, { recursive: true });
  return { top1: last.validation.top1, bestTop1: best.validation.top1, seconds };
}

async function trainPytorch({ seed, mixer }) {
  const args = flags({
    seed,
    mixer,
    epochs: recipe.epochs,
    'batch-size': recipe.batchSize,
    'train-limit': recipe.trainLimit,
    'test-limit': recipe.testLimit,
    threads: 1,
  });
  const text = await output(options.python, [here('train.py'), options.data, ...args], {
    OMP_WAIT_POLICY: 'passive',
  });
  const { top1, seconds } = JSON.parse(text);
  return { top1, seconds };
}

const trainers = { mix: trainMix, pytorch: trainPytorch };
const done = records();
const isDone = (run) =>
  done.some(({ by, seed, mixer }) => by === run.by && seed === run.seed && mixer === run.mixer);
const queue = [0, 1, 2]
  .flatMap((seed) =>
    ['none', 'cutmix'].flatMap((mixer) => Object.keys(trainers).map((by) => ({ by, seed, mixer }))),
  )
  .filter((run) => !isDone(run));

async function work() {
  for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
    const result = { ...run, ...recipe, ...(await trainers[run.by](run)) };
    appendFileSync(results, `${JSON.stringify(result)}\n`);
    console.log(JSON.stringify(result));
  }
}
await Promise.all(Array.from({ length: Number(options.parallel) }, work));

for (const mixer of ['none', 'cutmix']) {
  for (const by of Object.keys(trainers)) {
    const top1 = records()
      .filter((run) => run.by === by && run.mixer === mixer)
      .map((run) => 100 * run.top1);
    const mean = top1.reduce((sum, value) => sum + value, 0) / top1.length;
    const deviation = Math.sqrt(
      top1.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (top1.length - 1),
    );
    console.log(
      `${mixer.padEnd(7)} ${by.padEnd(8)} ${mean.toFixed(1)} ± ${deviation.toFixed(1)} % top1 (${top1.length} seeds)`,
    );
  }
}
