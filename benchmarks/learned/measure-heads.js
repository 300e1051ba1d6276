import * as tf from '@tensorflow/tfjs-core';

const bins = 15;

/**
 * Accuracy and calibration of classifiers that share a source: each batch is classified by all of them.
 *
 * @param classifiers By name; borrowed.
 * @param prepare Brings a batch onto the device.
 * @returns For each, `top1` and `ece`, the expected calibration error over 15 bins of confidence of equal width.
 */
export async function measureHeads(classifiers, source, prepare) {
  const tallies = Object.fromEntries(Object.keys(classifiers).map((name) => [name, newTally()]));
  for await (const host of source.batches(0)) {
    const { images, labels } = prepare(host);
    const truth = await labels.data();
    for (const [name, classifier] of Object.entries(classifiers)) {
      const [confidence, said] = tf.tidy(() => {
        const { logits } = classifier.forward(images, { training: false });
        return [tf.max(tf.softmax(logits), -1), tf.argMax(logits, -1)];
      });
      add(tallies[name], await confidence.data(), await said.data(), truth);
      tf.dispose([confidence, said]);
    }
    tf.dispose([images, labels]);
  }
  return Object.fromEntries(Object.entries(tallies).map(([name, tally]) => [name, summary(tally)]));
}

function newTally() {
  return Array.from({ length: bins }, () => ({ count: 0, hits: 0, confidence: 0 }));
}

function add(tally, confidence, said, truth) {
  for (const [row, value] of confidence.entries()) {
    const bin = tally[Math.min(bins - 1, Math.floor(value * bins))];
    bin.count++;
    bin.confidence += value;
    if (said[row] === truth[row]) bin.hits++;
  }
}

/** The calibration error weighs |accuracy - confidence| of each bin by its share of the samples. */
function summary(tally) {
  const total = tally.reduce((sum, { count }) => sum + count, 0);
  return {
    top1: tally.reduce((sum, { hits }) => sum + hits, 0) / total,
    ece: tally.reduce((sum, { hits, confidence }) => sum + Math.abs(hits - confidence), 0) / total,
  };
}
