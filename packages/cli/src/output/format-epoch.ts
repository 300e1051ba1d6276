import type { EpochRecord } from '@mix/train';

/** The one stable line of an epoch: `epoch 3/20 loss 1.204 top1 61.3 1.8s lr 0.08`. */
export function formatEpoch(record: EpochRecord, epochs: number): string {
  const { epoch, seconds, learningRate } = record;
  return `epoch ${epoch}/${epochs} ${formatScores(record)} ${seconds.toFixed(1)}s lr ${formatRate(learningRate)}`;
}

/** Training loss, and top-1 on unmixed test images where the epoch was evaluated: `loss 1.204 top1 61.3`. */
export function formatScores({ loss, validation }: EpochRecord): string {
  const top1 = validation === undefined ? '' : ` top1 ${formatPercent(validation.top1)}`;
  return `loss ${loss.toFixed(3)}${top1}`;
}

/** A share as per cent with one decimal. */
export function formatPercent(share: number): string {
  return (100 * share).toFixed(1);
}

function formatRate(rate: number): string {
  return String(Number(rate.toPrecision(3)));
}
