import { checkParameters } from '../harness/check-parameters.js';
import { describeResults, measure, withSides } from '../harness/measure.js';
import { mainSides } from '../harness/sides.js';
import { learnedMethods, learnedModel, learnedRequest } from '../workloads/learned.js';
import { workloads } from '../workloads/workloads.js';

/** Training steps of ResNet-18 by each learned mixer, beside a plain step and CutMix, with each thread count. */
export async function learned({ options, inputs, say, save }) {
  const { threads: threadCounts, rounds, seconds, python } = options;
  const { batch } = workloads[learnedModel];
  const rows = [];
  for (const threads of threadCounts) {
    await withSides(mainSides(options.sides), { threads, python }, async (children, absent) => {
      for (const method of Object.keys(learnedMethods)) {
        const turns = { rounds, warmUp: 2, turnSeconds: seconds };
        const measured = await measure(children, absent, learnedRequest(method, inputs), turns);
        checkParameters(method, measured.results);
        rows.push({ method, threads, batch, ...measured });
        say(describeResults(`${method} step, ${threads} threads`, measured));
        await save({ rows });
      }
    });
  }
  return { rows };
}
