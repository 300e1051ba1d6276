import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { workloads } from '../workloads/workloads.js';
import { sides } from './sides.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What `--only` may name; without it, all but the soak. */
const partNames = ['steps', 'learned', 'kernels', 'mixers', 'decode', 'growth', 'soak'];

const help = `Measures mix beside its peers, in turns, in one run.

pnpm bench [options]
  --only LIST       parts to run, of ${partNames.join(', ')}   (all but soak)
  --models LIST     models of the steps, of ${Object.keys(workloads).join(', ')}   (all; rows of the others stay)
  --sides LIST      who takes part, of ${Object.keys(sides).join(', ')}   (all)
  --threads LIST    thread counts   (1,2)
  --rounds N        alternations   (5)
  --seconds N       how long a turn of whole steps lasts about; kernels and mixers take a tenth   (2)
  --soak-steps N    steps of the soak   (2000)
  --data FOLDER     tar shards to decode   (../shared/data/cifar10 beside the checkout)
  --python FILE     Python with torch and torchvision   (/usr/bin/python3)
  --out FILE        results; parts that are not run again stay   (benchmarks/results/bench.json)
  --write-readme    measure nothing: write the tables of benchmarks/README.md from the results
  --help            this`;

/** Reads the command line; prints the help or the mistake and exits where there is nothing to run. */
export function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string', default: partNames.filter((part) => part !== 'soak').join() },
        models: { type: 'string', default: Object.keys(workloads).join() },
        sides: { type: 'string', default: Object.keys(sides).join() },
        threads: { type: 'string', default: '1,2' },
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '2' },
        'soak-steps': { type: 'string', default: '2000' },
        data: { type: 'string', default: here('../../../shared/data/cifar10') },
        python: { type: 'string', default: '/usr/bin/python3' },
        out: { type: 'string', default: here('../results/bench.json') },
        'write-readme': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    return {
      only: list('only', values.only, partNames),
      models: list('models', values.models, Object.keys(workloads)),
      sides: list('sides', values.sides, Object.keys(sides)),
      threads: values.threads.split(',').map((value) => number('threads', value, true)),
      rounds: number('rounds', values.rounds, true),
      seconds: number('seconds', values.seconds),
      soakSteps: number('soak-steps', values['soak-steps'], true),
      data: values.data,
      python: values.python,
      out: values.out,
      writeReadme: values['write-readme'],
    };
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

function list(name, text, known) {
  const items = text.split(',');
  const unknown = items.find((item) => !known.includes(item));
  if (unknown !== undefined)
    throw new Error(`--${name} must be of ${known.join(', ')}; got ${JSON.stringify(unknown)}`);
  return items;
}

function number(name, text, integer = false) {
  const value = Number(text);
  if (value > 0 && (!integer || Number.isInteger(value))) return value;
  throw new Error(
    `--${name} must be ${integer ? 'a whole number' : 'a number'} above 0; got ${JSON.stringify(text)}`,
  );
}
