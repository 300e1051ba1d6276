import { describeResults, measure, withSides } from '../harness/measure.js';
import { measurePeak } from '../harness/peak.js';
import { mainSides } from '../harness/sides.js';
import { kernels as table } from '../workloads/kernels.js';

/** Arrays that an update reads or writes: weights twice, gradients, and the moments twice. */
const updateArrays = { sgd: 5, adamw: 7 };

/** Single kernels by every side that has them. */
export async function kernels({ options, say, save }) {
  const { threads: threadCounts, rounds, seconds, python } = options;
  const peak = measurePeak(threadCounts);
  const rows = [];
  const names = mainSides(options.sides);
  for (const threads of threadCounts) {
    await withSides(names, { threads, python }, async (children, absent) => {
      for (const { label, op, sizes, flops, bytes } of table) {
        const request = { op: 'prepare', kind: 'kernel', kernel: op, sizes };
        const turns = { rounds, warmUp: 3, turnSeconds: seconds / 10 };
        const measured = await measure(children, absent, request, turns);
        rows.push({
          label,
          threads,
          flops,
          bytes: bytes ?? updateBytes(sizes, measured.results),
          ...measured,
        });
        say(describeResults(`${label}, ${threads} threads`, measured));
      }
    });
    await save({ peak, rows });
  }
  return { peak, rows };
}

function updateBytes({ optimizer }, results) {
  const parameters = Object.values(results).find((result) => result.parameters !== undefined)?.parameters;
  if (optimizer === undefined || parameters === undefined) return undefined;
  return 4 * parameters * updateArrays[optimizer.kind];
}
