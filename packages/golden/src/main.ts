#!/usr/bin/env node
import { type BackendName, isMixError, selectBackend } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { Command } from 'commander';
import { type GoldenRow, runGolden } from './run-golden.js';

const command = new Command('golden')
  .description(
    'Run reference vectors through the packages; fail on any case over its tolerance or of no known family.',
  )
  .argument('[dir]', 'folder of .safetensors vectors', '../shared/golden')
  .option('--backend <name>', 'backend to run on', 'wasm')
  .option('--only <prefixes>', 'comma-separated prefixes of the files to run', '')
  .option('--no-winograd', "convolve directly: without Winograd's larger errors, which turn more ReLUs over")
  .option('--known', 'leave out files of no known family instead of failing on them', false)
  .showHelpAfterError();

async function main(): Promise<number> {
  command.parse();
  const { backend, only, known, winograd } = command.opts<{
    backend: BackendName;
    only: string;
    known: boolean;
    winograd: boolean;
  }>();
  tf.enableProdMode();
  const { tfName } = await selectBackend(backend, { load: (name) => import(name) });
  if (tfName === 'native') (await import('@mix/native')).registerNative({ winograd });
  if (tfName === 'wasm' || tfName === 'cpu') (await import('@mix/kernels')).registerKernels({ winograd });
  // Otherwise it computes small tensors in plain JavaScript.
  if (tfName === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
  console.log(`backend ${tfName}`);
  const counts = { pass: 0, fail: 0, 'no family': 0 };
  const prefixes = only.split(',').filter((prefix) => prefix !== '');
  for await (const row of runGolden(command.args[0] ?? '../shared/golden', prefixes)) {
    counts[row.status]++;
    if (!(known && row.status === 'no family')) console.log(line(row));
  }
  console.log(`${counts.pass} passed, ${counts.fail} failed, ${counts['no family']} of no known family`);
  const unknown = known ? 0 : counts['no family'];
  return counts.pass > 0 && counts.fail + unknown === 0 ? 0 : 1;
}

function line({ name, status, checks, worst, problem }: GoldenRow): string {
  const detail = worst && `${worst.error.toExponential(1)} of ${worst.limit.toExponential(1)}  ${worst.what}`;
  return `${status.padEnd(9)} ${name.padEnd(44)} ${String(checks).padStart(3)}  ${problem ?? detail ?? ''}`.trimEnd();
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(isMixError(error) ? error.message : error);
    process.exit(1);
  },
);
