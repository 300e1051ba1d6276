import { invalidArgument } from '@mix/core';
import { evaluate, evaluateHeads } from '../evaluate.js';
import type { FitOptions } from '../fit-options.js';
import type { Findings } from './epoch-record.js';

/** Evaluates and watches at the end of an epoch, where it is its turn. Rejects with the signal's reason when that comes first. */
export async function lookAt(options: FitOptions, epoch: number): Promise<Findings> {
  const { epochs, evaluateEvery = 1, watch } = options;
  if (epoch % evaluateEvery !== 0 && epoch !== epochs) return {};
  const found = await evaluations(options);
  const watched = await watch?.(epoch);
  return { ...found, ...(watched && { watched }) };
}

async function evaluations(options: FitOptions): Promise<Findings> {
  const { classifier, evaluated = classifier, validation: source, prepare, signal } = options;
  if (source === undefined) return {};
  const stops = signal && { signal };
  if (!('classify' in evaluated)) return { validation: await evaluate(evaluated, source, prepare, stops) };
  const heads = await evaluateHeads(evaluated.classify, source, prepare, stops);
  const validation = heads[evaluated.counts];
  if (validation === undefined) {
    throw invalidArgument(
      'fit',
      'evaluated.counts',
      `be one of ${Object.keys(heads).join(', ')}`,
      evaluated.counts,
    );
  }
  return { validation, heads };
}
