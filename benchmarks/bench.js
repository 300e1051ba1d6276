// Measures mix beside its peers, in turns, in one run. Run: pnpm bench [--only steps,kernels,...]; --help lists the options.
import { Inputs } from './harness/inputs.js';
import { describeMachine, load } from './harness/machine.js';
import { readOptions } from './harness/options.js';
import { writePart } from './harness/results.js';
import { describeVersions, slowBlas } from './harness/versions.js';
import { decode } from './parts/decode.js';
import { growth } from './parts/growth.js';
import { kernels } from './parts/kernels.js';
import { learned } from './parts/learned.js';
import { mixers } from './parts/mixers.js';
import { soak } from './parts/soak.js';
import { steps } from './parts/steps.js';
import { writeReadme } from './report/write-readme.js';

const parts = { steps, learned, kernels, mixers, decode, growth, soak };
const options = readOptions(process.argv.slice(2));
if (options.writeReadme) writeReadme(options.out);
else await measureParts();

async function measureParts() {
  const versions = await describeVersions(options);
  if (slowBlas(versions)) console.log(`PyTorch is not at its best: ${slowBlas(versions)}`);
  const inputs = new Inputs();
  try {
    for (const name of options.only) await measurePart(name, versions, inputs);
  } finally {
    inputs.remove();
  }
}

async function measurePart(name, versions, inputs) {
  const { rounds, seconds, threads } = options;
  const about = {
    machine: describeMachine(),
    versions,
    settings: { rounds, seconds, threads },
    loadBefore: load(),
  };
  if (about.loadBefore > 0.5) {
    console.log(`the machine is busy (load ${about.loadBefore}): times will be hints, only ratios hold`);
  }
  const started = performance.now();
  const save = (measured) => {
    const minutes = (performance.now() - started) / 60_000;
    writePart(options.out, name, { ...about, loadAfter: load(), minutes, ...measured });
  };
  console.log(`== ${name}`);
  save(await parts[name]({ options, inputs, say: console.log, save }));
  console.log(`${name}: in ${options.out}`);
}
