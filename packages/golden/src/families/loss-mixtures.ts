import {
  betaPosterior,
  cleanProbabilities,
  fitBetaMixture,
  fitGaussianMixture,
  noiseProbabilities,
  posteriorTable,
} from '@mix/handcrafted';
import { compare } from '../check.js';
import { type GoldenCase, values } from '../golden-case.js';
import type { Family } from './family.js';

// 0 to as many as the case has iterations.
function stepsOf(golden: GoldenCase): number[] {
  return Array.from({ length: (golden.config['iters'] as number) + 1 }, (_, iterations) => iterations);
}

export const betaMixtureFamily: Family = async (golden) => {
  const losses = values(golden, 'inputs.losses');
  const steps = stepsOf(golden);
  const path = steps.map((iterations) => fitBetaMixture(losses, iterations));
  const last = fitBetaMixture(losses, steps.length - 1);
  const normalised = values(golden, 'outputs.normalised.f64');
  return [
    await compare(
      golden,
      'outputs.alphas.f64',
      path.flatMap(({ alphas }) => alphas),
    ),
    await compare(
      golden,
      'outputs.betas.f64',
      path.flatMap(({ betas }) => betas),
    ),
    await compare(
      golden,
      'outputs.weights.f64',
      path.flatMap(({ weights }) => weights),
    ),
    await compare(
      golden,
      'outputs.posterior.f64',
      normalised.map((value) => betaPosterior(last, value)),
    ),
    await compare(golden, 'outputs.lookup.f64', posteriorTable(last)),
    await compare(golden, 'outputs.noisy_probability_clipped.f64', noiseProbabilities(last, losses)),
  ];
};

export const gaussianMixtureFamily: Family = async (golden) => {
  const losses = values(golden, 'inputs.losses');
  const steps = stepsOf(golden);
  const path = steps.map((iterations) => fitGaussianMixture(losses, iterations));
  const parameters = path.flatMap(({ means, variances, weights }) => [...means, ...variances, ...weights]);
  const clean = cleanProbabilities(fitGaussianMixture(losses, steps.length - 1), losses);
  return [
    await compare(golden, 'outputs.params.f64', parameters),
    await compare(golden, 'outputs.clean_probability.f64', clean),
  ];
};
