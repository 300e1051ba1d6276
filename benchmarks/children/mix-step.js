import { createRng, fromMixer, identity, variableGradients } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, buildOptimizer, countParameters } from './mix-models.js';
import { floats, integers } from './read-inputs.js';

/** A whole training step on one fixed batch, from the public surface, as a loop of one's own has it. */
export function prepareStep({ model, options, batch, optimizer: settings, learningRate, images, labels }) {
  const classifier = buildModel(model, options);
  const optimizer = buildOptimizer(settings);
  const method = fromMixer(identity);
  const names = new Map(Object.entries(classifier.variables).map(([name, { name: id }]) => [id, name]));
  const { size } = options;
  const data = {
    images: tf.tensor4d(floats(images), [batch, size, size, 3]),
    labels: tf.tensor1d(integers(labels), 'int32'),
  };
  const rng = createRng(0);
  let step = 0;

  function train() {
    const context = { rng, step, progress: 0 };
    const { value, grads } = variableGradients(
      () => method.step(classifier, data, context).losses.classifier,
      Object.values(classifier.variables),
    );
    const byName = Object.fromEntries(
      Object.entries(grads).map(([id, gradient]) => [names.get(id), gradient]),
    );
    optimizer.update(classifier.variables, byName, learningRate);
    step++;
    return value;
  }

  return {
    about: { parameters: countParameters(classifier) },
    run(last) {
      const value = tf.tidy(train);
      const loss = last ? value.dataSync()[0] : undefined;
      value.dispose();
      return loss;
    },
    dispose() {
      tf.dispose(data);
      optimizer.dispose();
      classifier.dispose();
    },
  };
}
