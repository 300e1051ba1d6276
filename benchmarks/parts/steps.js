import { checkParameters } from '../harness/check-parameters.js';
import { describeResults, measure, withSides } from '../harness/measure.js';
import { measurePeak } from '../harness/peak.js';
import { readResults } from '../harness/results.js';
import { baselineSides, mainSides } from '../harness/sides.js';
import { stepFlops, stepRequest, workloads } from '../workloads/workloads.js';

/** tfjs alone takes minutes a step: one step of the smallest model, with this batch, scaled up. */
const baselineModel = 'resnet20';
const baselineBatch = 8;

/** Whole training steps of every model, by every side, with each thread count. Rows of models and thread counts that are left out stay. */
export async function steps({ options, inputs, say, save }) {
  const { models, threads: threadCounts, rounds, seconds, python } = options;
  const before = readResults(options.out).parts.steps;
  const measuredPeak = measurePeak(threadCounts);
  const peak = measuredPeak && { ...before?.peak, ...measuredPeak };
  say(peak === undefined ? 'no g++: the share of the peak is left out' : `peak ${JSON.stringify(peak)}`);
  const isMeasured = ({ model, threads }) => models.includes(model) && threadCounts.includes(threads);
  const rows = (before?.rows ?? []).filter((row) => !isMeasured(row));
  const baseline = { ...before?.baseline };
  const names = mainSides(options.sides);
  for (const threads of threadCounts) {
    for (const model of models) {
      const request = stepRequest(model, workloads[model], inputs);
      const measured = await withSides(names, { threads, python }, (children, absent) =>
        measure(children, absent, request, { rounds, warmUp: 2, turnSeconds: seconds }),
      );
      checkParameters(model, measured.results);
      const { batch } = workloads[model];
      rows.push({ model, threads, batch, flops: stepFlops(workloads[model]), ...measured });
      say(describeResults(`${model} step, ${threads} threads`, measured));
      await save({ peak, rows, baseline });
    }
  }
  if (models.includes(baselineModel)) {
    for (const name of baselineSides(options.sides)) {
      baseline[name] = await oneStep(name, inputs, python);
      say(
        `${name}, a step of ${baselineModel} with batch ${baselineBatch}: ${JSON.stringify(baseline[name])}`,
      );
    }
  }
  return { peak, rows, baseline };
}

function oneStep(name, inputs, python) {
  const workload = { ...workloads[baselineModel], batch: baselineBatch };
  return withSides([name], { threads: 1, python }, async ({ [name]: child }) => {
    try {
      await child.ask(stepRequest(baselineModel, workload, inputs));
      const { seconds } = await child.ask({ op: 'run', count: 1 });
      const scale = workloads[baselineModel].batch / baselineBatch;
      return { model: baselineModel, batch: baselineBatch, seconds, extrapolated: seconds * scale };
    } catch (error) {
      return { model: baselineModel, batch: baselineBatch, failed: error.message.split('\n')[0] };
    }
  });
}
