import type { Method, Mixer } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Learned, LearnedContext } from './learned/learned.js';
import type { RowLossOptions } from './losses.js';
import type { SamplerName } from './samplers.js';

/** What the run knows and the section `method` does not say. */
export interface MixerContext {
  readonly numClasses: number;
  /** How images in `[0,1]` were normalised, for mixers that work on bytes. */
  readonly scale: { readonly mean: number | readonly number[]; readonly std: number | readonly number[] };
}

/** A mixer that `method.mixer` can name; `section` is the section `method`, of which keys that are not its own are ignored. */
export interface MixerEntry {
  /** One line for `--help` and the README. */
  readonly summary: string;
  /** Its own keys in the section `method`. */
  readonly options: z.ZodRawShape;
  /** Makes it. For methods that mix features, a mixer that shows what they do to images. */
  readonly create: (section: unknown, context: MixerContext) => Mixer;
  /** Whether rows may be of more than two images, or have soft labels. @defaultValue never */
  readonly beyondPairs?: (section: unknown) => boolean;
  /** Why it acts on every batch of the training: what it cannot be without. @defaultValue it need not */
  readonly always?: string;
  /** Makes a method that trains with the classifier's help, in place of the mixer. */
  readonly method?: (section: unknown, options: RowLossOptions, context: MixerContext) => Method;
  /** Makes a method that learns its masks beside the classifier, in place of the mixer. */
  readonly learned?: (section: unknown, context: LearnedContext) => Learned;
  /** Draws the second half of each batch; batches are of one stream without it. */
  readonly secondSampler?: (section: unknown) => SamplerName;
  /** What is left of a batch of two streams, mixed or not. @defaultValue all rows */
  readonly keep?: (mixer: Mixer) => Mixer;
  /** What the classifier gets of an unmixed image in evaluation. @defaultValue the image */
  readonly view?: (section: unknown) => (images: Tensor4D) => Tensor4D;
}

/** An entry whose functions get their own keys, checked, out of the section. */
export function mixerEntry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>>, context: MixerContext) => Mixer,
  traits: Omit<MixerEntry, 'summary' | 'options' | 'create'> = {},
): MixerEntry {
  const own = z.object(options);
  return { summary, options, create: (section, context) => create(own.parse(section), context), ...traits };
}
