import { ablations, compared } from './methods.js';

/**
 * The two series of runs, each with the images and epochs of a run and the file of its finished runs: `long` is what is claimed, `short`
 * repeats what PyTorch versions of the same computation were measured with. `peerFile` has the runs of `../cifar10/train.py`, which calls the
 * method `mixer`; `earlier` is the accuracy by head of another version, one seed.
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
    peerFile: 'results-short-pytorch.jsonl',
    peers: {
      none: { mixer: 'none', earlier: { student: 0.7751 } },
      CutMix: { mixer: 'cutmix', earlier: { student: 0.7446 } },
      'AutoMix, as in PyTorch': { earlier: { student: 0.7764, studentMix: 0.7663, teacher: 0.7703 } },
    },
  },
};
