import { softCrossEntropy } from '@mix/core';
import { type SumixCompat, type SumixInputs, type SumixTerms, sumixTerms, uncertainty } from '@mix/sumix';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { type GoldenCase, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';

type Named = Readonly<Record<string, tf.Tensor>>;

const variants: readonly (readonly [name: string, compat: SumixCompat])[] = [
  ['reference', 'reference'],
  ['per_sample', 'per-sample'],
  ['fixed', 'fixed'],
];

export const sumixFamily: Family = async (golden) => {
  const isNorm = golden.config['is_norm'] === true;
  const leaves = leavesOf(golden, isNorm);
  const pairs = pairsOf(golden);
  const gamma = golden.config['gamma'] as number;
  const run = (named: Named, compat: SumixCompat) => {
    const inputs = { ...intermediates(named, isNorm), ...pairs };
    return { inputs, terms: sumixTerms(inputs, { compat, gamma }) };
  };
  const checks: Check[] = [];
  for (const [name, compat] of variants) {
    const { inputs, terms } = run(leaves, compat);
    if (compat === 'reference') checks.push(...(await compareForward(golden, inputs, terms)));
    if (compat === 'fixed') checks.push(...(await compareFixed(golden, terms)));
    checks.push(await scalar(golden, `cls.${name}`, terms.classification));
    checks.push(await scalar(golden, `loss.${name}`, terms.loss));
    checks.push(
      ...(await compareGradients(golden, `grads.${name}.`, leaves, (x) => run(x, compat).terms.loss)),
    );
    const middle = pick(inputs, isNorm);
    const fromMiddle = (x: Named): tf.Scalar =>
      sumixTerms({ ...withUncertainty(x, isNorm), ...pairs }, { compat, gamma }).loss;
    checks.push(...(await compareGradients(golden, `grads.${name}.`, middle, fromMiddle)));
  }
  return checks;
};

function leavesOf(golden: GoldenCase, isNorm: boolean): Named {
  const weights = ['fc.weight', 'fc.bias', ...(isNorm ? ['uncertain.weight', 'uncertain.bias'] : [])];
  const features = ['feature_clean', 'feature_mixed'];
  return Object.fromEntries([
    ...weights.map((name) => [name, tensor(golden, `weights.${name}`)]),
    ...features.map((name) => [name, tensor(golden, `inputs.${name}`)]),
  ]);
}

function pairsOf(golden: GoldenCase): Pick<SumixInputs, 'classes' | 'sources' | 'lam'> {
  const [y, index] = [values(golden, 'inputs.y'), values(golden, 'inputs.index')];
  const [given = 1] = values(golden, 'inputs.lam');
  const rows = index.map((other, row) => [row, other]);
  return {
    classes: tf.tensor2d(
      rows.map((pair) => pair.map((row) => y[row] as number)),
      undefined,
      'int32',
    ),
    sources: tf.tensor2d(rows, undefined, 'int32'),
    lam: tf.tensor2d(rows.map(() => [given, 1 - given])),
  };
}

type Middle = Pick<SumixInputs, 'cleanLogits' | 'mixedLogits' | 'cleanUncertainty' | 'mixedUncertainty'>;

function intermediates(named: Named, isNorm: boolean): Middle {
  const logits = (x: string): tf.Tensor2D =>
    tf.add(
      tf.matMul(named[x] as tf.Tensor2D, named['fc.weight'] as tf.Tensor2D),
      named['fc.bias'] as tf.Tensor,
    );
  const [cleanLogits, mixedLogits] = [logits('feature_clean'), logits('feature_mixed')];
  if (!isNorm) {
    return { cleanLogits, mixedLogits, cleanUncertainty: cleanLogits, mixedUncertainty: mixedLogits };
  }
  const of = (x: string): tf.Tensor2D =>
    uncertainty(
      named[x] as tf.Tensor2D,
      named['uncertain.weight'] as tf.Tensor2D,
      named['uncertain.bias'] as tf.Tensor,
    );
  return {
    cleanLogits,
    mixedLogits,
    cleanUncertainty: of('feature_clean'),
    mixedUncertainty: of('feature_mixed'),
  };
}

// Without a layer of its own, logits and uncertainty are one tensor with one gradient.
function pick(inputs: Middle, isNorm: boolean): Named {
  const logits = { logits_clean: inputs.cleanLogits, logits_mixed: inputs.mixedLogits };
  if (!isNorm) return logits;
  const { cleanUncertainty, mixedUncertainty } = inputs;
  return { ...logits, uncertainty_clean: cleanUncertainty, uncertainty_mixed: mixedUncertainty };
}

function withUncertainty(x: Named, isNorm: boolean): Middle {
  const at = (name: string): tf.Tensor2D => x[name] as tf.Tensor2D;
  return {
    cleanLogits: at('logits_clean'),
    mixedLogits: at('logits_mixed'),
    cleanUncertainty: at(isNorm ? 'uncertainty_clean' : 'logits_clean'),
    mixedUncertainty: at(isNorm ? 'uncertainty_mixed' : 'logits_mixed'),
  };
}

async function compareForward(golden: GoldenCase, inputs: SumixInputs, terms: SumixTerms): Promise<Check[]> {
  const { own, partner } = terms;
  const { classes, mixedLogits, lam } = inputs;
  const [classA, classB] = tf.split(classes, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const entropy = (logits: tf.Tensor2D, of: tf.Tensor2D): tf.Tensor =>
    softCrossEntropy(logits, { kind: 'sparse', classes: of, weights: tf.ones(of.shape) });
  const outputs: Named = {
    logits_clean: inputs.cleanLogits,
    logits_mixed: mixedLogits,
    uncertainty_clean: inputs.cleanUncertainty,
    uncertainty_mixed: inputs.mixedUncertainty,
    semantic_mixed: terms.mixedSemantics,
    semantic_clean_zeroed: own.semantics,
    semantic_clean_permuted_zeroed: partner.semantics,
    alpha_a: own.alpha,
    alpha_b: partner.alpha,
    beta_a: own.beta,
    beta_b: partner.beta,
    in_feature_a: own.features,
    in_feature_b: partner.features,
    lam_a: tf.slice(terms.ratio, [0, 0], [-1, 1]),
    ce_a: entropy(mixedLogits, classA),
    ce_b: entropy(mixedLogits, classB),
  };
  const [regA, regB] = [tf.mean(entropy(own.features, classA)), tf.mean(entropy(partner.features, classB))];
  const [given = 1] = await lam.data();
  return [
    ...(await Promise.all(Object.entries(outputs).map(([name, x]) => compare(golden, `outputs.${name}`, x)))),
    await scalar(golden, 'reg', terms.regulariser),
    await scalar(golden, 'reg_a', regA),
    await scalar(golden, 'reg_b', regB),
    await scalar(golden, 'reg', tf.add(tf.mul(regA, given), tf.mul(regB, 1 - given))),
  ];
}

async function compareFixed(
  golden: GoldenCase,
  { own, partner, ratio, regulariser }: SumixTerms,
): Promise<Check[]> {
  return [
    await compare(golden, 'outputs.fixed.distance_a', own.distance),
    await compare(golden, 'outputs.fixed.distance_b', partner.distance),
    await compare(golden, 'outputs.fixed.in_feature_a', own.features),
    await compare(golden, 'outputs.fixed.in_feature_b', partner.features),
    await compare(golden, 'outputs.fixed.lam_a', tf.slice(ratio, [0, 0], [-1, 1])),
    await scalar(golden, 'reg.fixed', regulariser),
  ];
}

/** The gradients of a loss by all of `at` for which the case has one. */
async function compareGradients(
  golden: GoldenCase,
  prefix: string,
  at: Named,
  loss: (x: Named) => tf.Scalar,
): Promise<Check[]> {
  const names = Object.keys(at).filter((name) => golden.tensors.has(`${prefix}${name}`));
  if (names.length === 0) return [];
  // Every tensor takes part, so that one without gradient gives zeros and no error.
  const value = (...xs: tf.Tensor[]): tf.Scalar => {
    const given = Object.fromEntries(names.map((name, index) => [name, xs[index] as tf.Tensor]));
    return tf.addN([loss({ ...at, ...given }), ...xs.map((x) => tf.mul(tf.sum(x), 0))]) as tf.Scalar;
  };
  const gradients = tf.grads(value)(names.map((name) => at[name] as tf.Tensor));
  return Promise.all(
    names.map((name, index) => compare(golden, `${prefix}${name}`, gradients[index] as tf.Tensor)),
  );
}

async function scalar(golden: GoldenCase, name: string, got: tf.Tensor): Promise<Check> {
  const wanted = (golden.metadata['scalars'] as Record<string, number>)[name] as number;
  const { atol, rtol } = golden.tolerance;
  return compareNumbers(name, await got.data(), [wanted], atol + rtol * Math.abs(wanted));
}
