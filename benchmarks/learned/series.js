import { ablations, compared } from './methods.js';

/**
 * The two series of runs, each with the images and epochs of a run and the file of its finished runs: `long` is what is claimed, `short`
 * repeats, with three seeds, what a PyTorch version of the same computation was measured with, one seed: `peer` has its accuracy by head.
 */
export const series = {
  long: {
    images: 5000,
    epochs: 100,
    methods: [...Object.keys(compared), ...Object.keys(ablations)],
    file: 'results.jsonl',
  },
  short: {
    images: 10_000,
    epochs: 30,
    methods: ['none', 'CutMix', 'AutoMix, as in PyTorch'],
    file: 'results-short.jsonl',
    peer: {
      none: { student: 0.7751 },
      CutMix: { student: 0.7446 },
      'AutoMix, as in PyTorch': { student: 0.7764, studentMix: 0.7663, teacher: 0.7703 },
    },
  },
};
