import { type Classifier, checkInteger, invalidArgument, type Rng, type State } from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link twoBranch}. */
export interface TwoBranchOptions {
  /** D, the width of the classifier's embedding: `4·width` for `cifarResnet`. */
  readonly embedding: number;
  /** Where the second head's first weights come from: forked, so it draws nothing from it. */
  readonly rng: Rng;
}

/** A classifier with a second head, which is the caller's to dispose. */
export interface TwoBranch extends Classifier {
  /** Frees the second head; the classifier below stays. Calling it again does nothing. */
  dispose(): void;
}

const names = { weight: 'rebalancing.weight', bias: 'rebalancing.bias' } as const;

/**
 * Gives a classifier a second linear head on its embedding, for data of two streams. In training the first half of the rows are
 * classified by the classifier's own head (the conventional branch), the second half by the new one (the re-balancing branch); in
 * evaluation the logits of both are averaged.
 *
 * Both branches run in one pass, so that BatchNorm sees one batch of both; the published code makes two passes, and its branches
 * part before the last residual block.
 *
 * @param classifier The shared backbone and the first head; borrowed.
 * @throws MixError from `forward`: `BATCH_SIZE` for an odd batch in training, `SHAPE` for an embedding of another width.
 * @see Baik et al., DBN-Mix, https://arxiv.org/abs/2207.02173
 */
export function twoBranch(classifier: Classifier, { embedding: width, rng }: TwoBranchOptions): TwoBranch {
  checkInteger('twoBranch', 'embedding', width, 1);
  const { numClasses, variables } = classifier;
  const bound = 1 / Math.sqrt(width);
  const draws = (name: string, size: number): number[] => {
    const own = rng.fork(name);
    return Array.from({ length: size }, () => own.uniform(-bound, bound));
  };
  const made = <R extends tf.Rank>(make: () => tf.Tensor<R>): tf.Variable<R> =>
    tf.tidy(() => tf.variable(make()));
  const shape: [number, number] = [width, numClasses];
  const weight = made(() => tf.tensor2d(draws(names.weight, width * numClasses), shape));
  const bias = made(() => tf.tensor1d(draws(names.bias, numClasses)));

  const second = (embedding: Tensor2D): Tensor2D =>
    tf.add(tf.matMul(embedding, weight as unknown as Tensor2D), bias) as Tensor2D;

  return {
    numClasses,
    variables: { ...variables, [names.weight]: weight, [names.bias]: bias },
    forward: (images, options) =>
      tf.tidy(() => {
        const output = classifier.forward(images, options);
        const { logits, embedding } = output;
        if (embedding.shape[1] !== width) {
          throw invalidArgument('twoBranch', 'embedding', "equal the classifier's width", embedding.shape, {
            code: 'SHAPE',
          });
        }
        if (!options.training) {
          return { ...output, logits: tf.mul(tf.add(logits, second(embedding)), 0.5) as Tensor2D };
        }
        const half = halfOf(embedding.shape[0]);
        const own = tf.slice(logits, [0, 0], [half, -1]);
        const other = second(tf.slice(embedding, [half, 0], [-1, -1]));
        return { ...output, logits: tf.concat([own, other]) as Tensor2D };
      }),
    state(): State {
      const { tensors, values } = classifier.state();
      const head = { [names.weight]: tf.transpose(weight), [names.bias]: tf.clone(bias) };
      return { tensors: { ...tensors, ...head }, values };
    },
    restore({ tensors, values }) {
      const { [names.weight]: newWeight, [names.bias]: newBias, ...rest } = tensors;
      if (`${newWeight?.shape}` !== `${[numClasses, width]}` || `${newBias?.shape}` !== `${[numClasses]}`) {
        const rule = `hold ${names.weight} [${[numClasses, width]}] and ${names.bias} [${numClasses}]`;
        throw invalidArgument('twoBranch', 'state', rule, newWeight?.shape, { code: 'STATE_MISMATCH' });
      }
      classifier.restore({ tensors: rest, values });
      tf.tidy(() => {
        weight.assign(tf.transpose(newWeight as Tensor2D));
        bias.assign(newBias as tf.Tensor1D);
      });
    },
    dispose() {
      for (const variable of [weight, bias]) if (!variable.isDisposed) variable.dispose();
    },
  };
}

function halfOf(size: number): number {
  if (size % 2 === 0) return size / 2;
  throw invalidArgument('twoBranch', 'images', 'have an even number of rows in training', size, {
    code: 'BATCH_SIZE',
  });
}
