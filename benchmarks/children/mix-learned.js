import { adautomix } from '@mix/adautomix';
import { automix, samix } from '@mix/automix';
import { createRng, fromMixer, identity, variableGradients } from '@mix/core';
import { cutmix } from '@mix/handcrafted';
import { sumix } from '@mix/sumix';
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, buildOptimizer } from './mix-models.js';
import { floats, integers } from './read-inputs.js';

/** What schedules are told: the training is long and at its beginning. */
const totalSteps = 100_000;

const builders = {
  none: () => fromMixer(identity),
  cutmix: () => fromMixer(cutmix()),
  'cutmix+sumix': ({ classifier: { numClasses }, rng }, embeddingSize) =>
    sumix(cutmix(), { head: { embeddingSize, numClasses, rng } }),
  automix: ({ teacher, ...parts }) => automix({ ...parts, teacher: teacher() }),
  samix: ({ teacher, ...parts }) => samix({ ...parts, teacher: teacher() }),
  'adautomix-2': ({ teacher, ...parts }) => adautomix({ ...parts, teacher: teacher(), mixSamples: 2 }),
  'adautomix-3': ({ teacher, ...parts }) => adautomix({ ...parts, teacher: teacher(), mixSamples: 3 }),
};

/** A whole training step by a method on one fixed batch, from the public surface, as a loop of one's own has it. */
export function prepareLearned(request) {
  const { method: name, model, options, batch, learningRate } = request;
  if (builders[name] === undefined) throw new Error(`there is no method ${name} here`);
  const rng = createRng(0);
  const { size, width } = options;
  const models = [buildModel(model, options)];
  const [classifier] = models;
  const teacher = () => {
    models.push(buildModel(model, options));
    return models[1];
  };
  const parts = { classifier, teacher, imageShape: [size, size, 3], rng };
  const method = builders[name](parts, 8 * width);
  const groups = groupsOf(classifier, method, request.optimizer);
  const data = {
    images: tf.tensor4d(floats(request.images), [batch, size, size, 3]),
    labels: tf.tensor1d(integers(request.labels), 'int32'),
  };
  let step = 0;

  function train(context) {
    const variables = groups.flatMap((group) => Object.values(group.variables));
    const { value, grads } = variableGradients(() => {
      const { losses } = method.step(classifier, data, context);
      return tf.addN(Object.values(losses));
    }, variables);
    for (const group of groups) group.update(grads, learningRate);
    return value;
  }

  return {
    about: { parameters: groups.reduce((sum, { parameters }) => sum + parameters, 0) },
    run(last) {
      const context = { rng: rng.fork('step', step), step, progress: step / totalSteps, totalSteps };
      const value = tf.tidy(() => train(context));
      method.afterStep?.(classifier, context);
      step++;
      const loss = last ? value.dataSync()[0] : undefined;
      value.dispose();
      return loss;
    },
    dispose() {
      tf.dispose(data);
      for (const { optimizer } of groups) optimizer.dispose();
      method.dispose?.();
      for (const each of models) each.dispose();
    },
  };
}

/** The classifier's group, with the method's own head, and the method's others. */
function groupsOf(classifier, { groups }, settings) {
  const { classifier: head = {}, ...others } = groups;
  const all = [{ ...classifier.variables, ...head }, ...Object.values(others)];
  return all.map((variables) => {
    const optimizer = buildOptimizer(settings);
    const names = Object.entries(variables).map(([name, { name: id }]) => [id, name]);
    return {
      variables,
      optimizer,
      parameters: Object.values(variables).reduce((sum, { size }) => sum + size, 0),
      update(grads, learningRate) {
        const own = names.flatMap(([id, name]) => (grads[id] ? [[name, grads[id]]] : []));
        optimizer.update(variables, Object.fromEntries(own), learningRate);
      },
    };
  });
}
