import { z } from 'zod';
import { UsageError } from '../../usage-error.js';
import type { MixerEntry } from '../mixer-entry.js';
import type { Learned, LearnedContext } from './learned.js';

/** An entry of a method that learns its masks. */
export function learnedEntry<S extends z.ZodRawShape>(
  name: string,
  summary: string,
  options: S,
  make: (values: z.output<z.ZodObject<S>>, context: LearnedContext) => Learned,
): MixerEntry {
  const own = z.object(options);
  return {
    summary,
    options,
    create: () => {
      throw new UsageError(
        `--mixer ${name} must come with a run that has learned its masks: draw them by mix preview --run <folder>`,
      );
    },
    always: 'its masks are learned in every step',
    learned: (section, context) => make(own.parse(section), context),
  };
}
