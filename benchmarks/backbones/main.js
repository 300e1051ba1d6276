// Time and memory of a training step of each backbone, one process after another; writes results.json and the tables of
// docs/backbones.md. Run: node main.js [--backend native] [--only resnet18,deitTiny] [--threads 2]; about five minutes.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, load } from '../harness/machine.js';
import { replaceBetweenMarkers } from '../report/markdown.js';
import { backboneTable } from './backbone-table.js';
import { groups } from './models.js';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'native' },
    only: { type: 'string' },
    threads: { type: 'string', default: '2' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const child = fileURLToPath(new URL('./measure-one.js', import.meta.url));
const only = options.only?.split(',');
const env = { ...process.env, MIX_NATIVE_THREADS: options.threads, OMP_NUM_THREADS: options.threads };
const loadBefore = load();
const rows = [];

for (const [group, { size, batch, models }] of Object.entries(groups)) {
  for (const name of Object.keys(models)) {
    if (only !== undefined && !only.some((prefix) => name.startsWith(prefix))) continue;
    const args = [child, options.backend, group, name];
    const row = { group, name, size, batch, ...measure(args) };
    console.log(JSON.stringify(row));
    rows.push(row);
  }
}

const results = { machine: describeMachine(), ...options, loadBefore, loadAfter: load(), rows };
// A part of the models would replace the table of all.
if (only === undefined) {
  writeFileSync(here('results.json'), `${JSON.stringify(results, null, 2)}\n`);
  const guide = here('../../docs/backbones.md');
  writeFileSync(
    guide,
    replaceBetweenMarkers(readFileSync(guide, 'utf8'), 'backbones', backboneTable(results)),
  );
}

function measure(args) {
  try {
    const output = execFileSync(process.execPath, args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(output.trim().split('\n').at(-1));
  } catch (error) {
    return {
      failed: String(error.stderr ?? error.message)
        .trim()
        .split('\n')
        .at(-1),
    };
  }
}
