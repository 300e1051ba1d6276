import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readResults } from '../harness/results.js';
import { growthNotes, growthPlot } from './growth-plot.js';
import { learnedTables } from './learned-table.js';
import { replaceBetweenMarkers } from './markdown.js';
import { soakTable } from './soak-table.js';
import { plural, stepsTables } from './steps-table.js';
import { decodeTable, kernelsTables, mixersTables } from './work-tables.js';

const ownReadme = fileURLToPath(new URL('../README.md', import.meta.url));
const writers = {
  steps: stepsTables,
  learned: learnedTables,
  kernels: kernelsTables,
  mixers: mixersTables,
  decode: decodeTable,
  growth: growthNotes,
  soak: soakTable,
};

/** Writes the tables of every part that the results have into the README, and the picture of growth beside the results. */
export function writeReadme(file, readme = ownReadme) {
  const { parts } = readResults(file);
  if (Object.keys(parts).length === 0) throw new Error(`${file} has no results; run the benchmarks first`);
  const text = Object.entries(parts).reduce(
    (document, [name, part]) =>
      replaceBetweenMarkers(document, name, `${about(part)}\n\n${writers[name](part)}`),
    readFileSync(readme, 'utf8'),
  );
  if (parts.growth !== undefined) writeFileSync(join(dirname(file), 'growth.svg'), growthPlot(parts.growth));
  writeFileSync(readme, text);
}

/** One line on where and how a part was measured. */
function about({ machine, versions, settings, loadBefore, loadAfter }) {
  const { cpu, cores, flags, memoryGiB, system } = machine;
  const { node, tfjs, native, pytorch } = versions;
  const software = [
    `Node ${node}`,
    `tfjs ${tfjs}`,
    ...(native?.oneDnn ? [`native on oneDNN ${native.oneDnn} for ${native.isa}`] : []),
    ...(pytorch?.torch
      ? [`PyTorch ${pytorch.torch} on ${[pytorch.oneDnn, pytorch.blas].filter(Boolean).join(' and ')}`]
      : []),
  ];
  const [widest] = ['avx512f', 'avx2'].filter((flag) => flags.includes(flag));
  return (
    `_${plural(cores, 'core')} of ${cpu}${widest ? ` with ${widest}` : ''}, ${memoryGiB} GiB, ${system}; ${software.join(', ')}. ` +
    `${plural(settings.rounds, 'round')}; load ${loadBefore} before, ${loadAfter} at the end (this run's own included)._`
  );
}
