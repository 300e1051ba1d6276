import { type ClassMetric, classDistances, partnerProbabilities, updateClassMeans } from '@mix/handcrafted';
import { compare } from '../check.js';
import { values } from '../golden-case.js';
import type { Family } from './family.js';

export const classDistanceFamily: Family = async (golden) => {
  const size = golden.config['num_classes'] as number;
  const temperature = golden.config['temperature'] as number;
  const nothing = Array.from({ length: size }, () => Array.from({ length: size }, () => 0));
  const probabilities = values(golden, 'inputs.probabilities');
  const means = updateClassMeans(nothing, probabilities, values(golden, 'inputs.labels'), 0);
  const distances = (metric: ClassMetric) => classDistances(means, metric);
  const select = (towards: 'near' | 'far'): number[] =>
    partnerProbabilities(distances('euclidean'), { towards, temperature }).flat();
  return [
    await compare(golden, 'outputs.class_mean', means.flat()),
    await compare(golden, 'outputs.dist_euclidean', distances('euclidean').flat()),
    await compare(golden, 'outputs.dist_cosine', distances('cosine').flat()),
    await compare(golden, 'outputs.dist_js', distances('js').flat()),
    await compare(golden, 'outputs.select_near', select('near')),
    await compare(golden, 'outputs.select_far', select('far')),
  ];
};
