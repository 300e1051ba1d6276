import { cifarResnet } from '@mix/models';
import { cosine, evaluate, fit, prepareImages, sgd } from '@mix/train';

/** What every method of a series shares. */
export const recipe = { depth: 8, width: 8, batchSize: 64, learningRate: 0.1, weightDecay: 5e-4 };

const channels = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] };

/**
 * Trains a ResNet-8 of half the usual width by a method: SGD with Nesterov momentum, a cosine after one epoch of warm-up.
 *
 * @param run `method`, the sources `train` and `validation`, `epochs` and `rng`; flips and crops unless `augment` is false; `wrap` makes another classifier of
 *   the network, such as one with a second head, to be disposed with it.
 * @param others Further sources to evaluate at the end, by name.
 * @returns `top1` after the last epoch, `cpuSeconds` of training and that evaluation, and the accuracy on each of `others`.
 */
export async function trainOnCifar(
  { method, train, validation, epochs, rng, augment = true, wrap = (network) => network },
  others = {},
) {
  const prepare = prepareImages({ ...channels, ...(augment && { flip: true, cropPadding: 4 }) });
  const { depth, width, learningRate, weightDecay } = recipe;
  const network = cifarResnet({ depth, width, numClasses: train.numClasses, rng: rng.fork('model') });
  const classifier = wrap(network);
  const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay });
  const { numBatches } = train;
  const started = process.cpuUsage();
  try {
    const { last } = await fit({
      classifier,
      method,
      train,
      validation,
      epochs,
      evaluateEvery: epochs,
      rng,
      prepare,
      optimizers: optimizer,
      schedule: cosine({ base: learningRate, warmupSteps: numBatches, totalSteps: epochs * numBatches }),
    });
    const { user, system } = process.cpuUsage(started);
    const result = { top1: last.validation.top1 };
    for (const [name, source] of Object.entries(others)) {
      result[name] = (await evaluate(classifier, source, prepare)).top1;
    }
    return { ...result, cpuSeconds: Math.round((user + system) / 1e6) };
  } finally {
    if (classifier !== network) classifier.dispose();
    network.dispose();
    optimizer.dispose();
  }
}
