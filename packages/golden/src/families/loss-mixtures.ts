import {
  betaPosterior,
  cleanProbabilities,
  fitBetaMixture,
  fitGaussianMixture,
  noiseProbabilities,
  posteriorTable,
} from '@mix/handcrafted';
import { compare } from '../check.js';
import { values } from '../golden-case.js';
import type { Family } from './family.js';

const steps = Array.from({ length: 11 }, (_, iterations) => iterations);

export const betaMixtureFamily: Family = async (golden) => {
  const losses = values(golden, 'inputs.losses');
  const path = steps.map((iterations) => fitBetaMixture(losses, iterations));
  const last = fitBetaMixture(losses);
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
  const path = steps.map((iterations) => fitGaussianMixture(losses, iterations));
  const parameters = path.flatMap(({ means, variances, weights }) => [...means, ...variances, ...weights]);
  const clean = cleanProbabilities(fitGaussianMixture(losses), losses);
  return [
    await compare(golden, 'outputs.params.f64', parameters),
    await compare(golden, 'outputs.clean_probability.f64', clean),
  ];
};
