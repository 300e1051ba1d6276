import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { absence } from '../harness/sides.js';
import { median } from '../harness/statistics.js';

/** Steps between two samples. */
const every = 50;

/** A long training run on the fastest side that is here, sampled: do tensors, their bytes or resident memory grow? */
export async function soak({ options, say, save }) {
  const side = ['native', 'wasm'].find(
    (name) => options.sides.includes(name) && absence(name, options.python) === undefined,
  );
  if (side === undefined) return { leftOut: 'neither native nor wasm is here' };
  const samples = [];
  const script = fileURLToPath(new URL('../children/soak.js', import.meta.url));
  const child = spawn(process.execPath, [script, side, String(options.soakSteps), String(every)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    samples.push(JSON.parse(line));
    say(line);
    await save({ side, samples });
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the soak ended with code ${code}`);
  const result = { side, samples, ...verdict(samples) };
  say(`soak on ${side}: ${JSON.stringify(verdict(samples))}`);
  return result;
}

/** Growth after the warm-up, the first tenth: of tensors and bytes from end to end, of resident memory by medians of quarters. */
export function verdict(samples) {
  const steady = samples.slice(Math.ceil(samples.length / 10));
  if (steady.length < 4) return {};
  const [first, last] = [steady[0], steady.at(-1)];
  const quarter = Math.floor(steady.length / 4);
  const resident = (part) => median(part.map(({ residentMiB }) => residentMiB));
  return {
    tensorsGrown: last.numTensors - first.numTensors,
    bytesGrown: last.numBytes - first.numBytes,
    residentGrownMiB: resident(steady.slice(-quarter)) - resident(steady.slice(0, quarter)),
  };
}
