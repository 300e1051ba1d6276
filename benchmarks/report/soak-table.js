import { sides } from '../harness/sides.js';
import { markdownTable } from './markdown.js';

/** Ten samples of the soak, and its verdict. */
export function soakTable({ side, samples, tensorsGrown, bytesGrown, residentGrownMiB, leftOut }) {
  if (leftOut !== undefined) return `Left out: ${leftOut}.`;
  const every = Math.max(1, Math.floor(samples.length / 10));
  const shown = samples.filter((_, index) => (index + 1) % every === 0);
  const cells = shown.map(({ step, loss, numTensors, numBytes, residentMiB }) => [
    step,
    loss.toFixed(2),
    numTensors,
    (numBytes / 1e6).toFixed(2),
    residentMiB,
  ]);
  const table = markdownTable(['step', 'loss', 'tensors', 'their MB', 'resident MiB'], cells);
  if (tensorsGrown === undefined) return table;
  return (
    `${table}\n\n${sides[side].label}. After the first tenth, tensors grew by ${tensorsGrown}, their bytes by ${bytesGrown}, ` +
    `resident memory by ${residentGrownMiB} MiB (medians of the first and the last quarter).`
  );
}
