import { invalidArgument } from './errors.js';
import type { MixContext, Mixer } from './mixer.js';
import type { Plan } from './plan.js';

/**
 * Makes the mixer anew for each batch from how much of the training is done, so that whatever a mixer is made of may follow a
 * schedule: probability, alpha, or the method itself. The plan is that of the mixer made.
 *
 * @param create Gives the mixer for a progress from 0 to 1; should do nothing else.
 *
 * @example
 * ```ts
 * const fading = byProgress((progress) => withProb(cutmix(), 1 - progress));
 * const curriculum = byProgress((progress) => (progress < 0.5 ? mixup({ alpha: 0.2 + progress }) : cutmix()));
 * ```
 */
export function byProgress<P extends Plan>(create: (progress: number) => Mixer<P>): Mixer<P> {
  return (batch, context) => create(progressOf('byProgress', context))(batch, context);
}

/** The context's progress; throws if it has none. */
export function progressOf(where: string, { progress }: MixContext): number {
  if (progress !== undefined && progress >= 0 && progress <= 1) return progress;
  throw invalidArgument(where, 'context.progress', 'be given, from 0 to 1', progress, {
    remedy: 'Pass steps done / total steps.',
  });
}
