import { describeResults, measure, withSides } from '../harness/measure.js';
import { mainSides } from '../harness/sides.js';

/** What is measured; each name stands in the tables of `mix-mixers.js` and `torch_mixers.py`. */
const mixerNames = ['mixup', 'cutmix', 'fmix', 'gridmix', 'resizemix', 'smoothmix', 'hmix', 'gmix'];
const shapes = [
  [128, 32, 32, 3],
  [64, 224, 224, 3],
];
const classes = 100;

/** Mixers on a small and a large batch, with their defaults: draw, images and targets. */
export async function mixers({ options, inputs, say, save }) {
  const { threads: threadCounts, rounds, seconds, python } = options;
  const rows = [];
  const names = mainSides(options.sides);
  for (const threads of threadCounts) {
    await withSides(names, { threads, python }, async (children, absent) => {
      for (const mixer of mixerNames) {
        for (const shape of shapes) {
          const images = inputs.images(shape.reduce((product, side) => product * side));
          const labels = inputs.labels(shape[0], classes);
          const request = { op: 'prepare', kind: 'mixer', mixer, shape, classes, images, labels };
          // V8 compiles what is called some hundred times; where a call is short, that is seen.
          const turns = { rounds, warmUp: shape[1] > 32 ? 5 : 500, turnSeconds: seconds / 10 };
          const measured = await measure(children, absent, request, turns);
          rows.push({ mixer, shape, threads, ...measured });
          say(describeResults(`${mixer} of ${shape.join('x')}, ${threads} threads`, measured));
        }
      }
    });
    await save({ rows });
  }
  return { rows };
}
