import { describeResults, measure, withSides } from '../harness/measure.js';
import { measurePeak } from '../harness/peak.js';
import { mainSides } from '../harness/sides.js';
import { stepFlops, stepRequest, workloads } from '../workloads/workloads.js';

/** What grows, from a ResNet-18 of batch 50, 32x32 images and width 64. */
const sweeps = {
  batch: { label: 'batch size', values: [2, 6, 12, 25, 50, 100, 200] },
  size: { label: 'image height and width', values: [8, 16, 32, 48, 64] },
  width: { label: 'channels of the first stage', values: [8, 16, 32, 64, 128] },
};
const base = { batch: 50, size: 32, width: 64 };

/** Time of a step as batch, image and model grow, on the most threads asked for. */
export async function growth({ options, inputs, say, save }) {
  const { rounds, seconds, python } = options;
  const threads = Math.max(...options.threads);
  const peak = measurePeak([threads])?.[threads];
  const names = mainSides(options.sides);
  const series = [];
  for (const [sweep, { label, values }] of Object.entries(sweeps)) {
    await withSides(names, { threads, python }, async (children, absent) => {
      for (const value of values) {
        const { batch, ...sizes } = { ...base, [sweep]: value };
        const { resnet18 } = workloads;
        const workload = { ...resnet18, batch, options: { ...resnet18.options, ...sizes } };
        const turns = { rounds, warmUp: 2, turnSeconds: seconds / 4 };
        const measured = await measure(children, absent, stepRequest('resnet18', workload, inputs), turns);
        series.push({ sweep, label, value, batch, ...sizes, flops: stepFlops(workload), ...measured });
        say(describeResults(`ResNet-18, ${label} ${value}, ${threads} threads`, measured));
      }
    });
    await save({ threads, base, peak, series });
  }
  return { threads, base, peak, series };
}
