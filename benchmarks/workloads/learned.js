import { stepRequest, workloads } from './workloads.js';

/** The network whose steps are measured. */
export const learnedModel = 'resnet18';

/** What a step is compared with: a plain one by the same side. */
export const plainMethod = 'none';

/** Methods in the order of the table; each name stands in the tables of `mix-learned.js` and `torch_learned.py`. */
export const learnedMethods = {
  [plainMethod]: 'no mixing',
  cutmix: 'CutMix',
  'cutmix+sumix': 'CutMix + SUMix',
  automix: 'AutoMix',
  samix: 'SAMix',
  'adautomix-2': 'AdAutoMix, two images',
  'adautomix-3': 'AdAutoMix, three images',
};

/** What a child is asked, to prepare a step by a method. */
export function learnedRequest(method, inputs, workload = workloads[learnedModel]) {
  return { ...stepRequest(learnedModel, workload, inputs), kind: 'learned', method };
}
