import { choose, identity, type Mixer } from '@mix/core';
import {
  cutmix,
  cutout,
  fmix,
  gmix,
  gridmask,
  gridmix,
  hideAndSeek,
  hmix,
  mixup,
  mosaic,
  randomErasing,
  resizemix,
  ricap,
  smoothmix,
} from '@mix/handcrafted';
import { z } from 'zod';

/** A mixer that `method.mixer` can name. */
export interface MixerEntry {
  /** One line for `--help` and the README. */
  readonly summary: string;
  /** Its own keys in the section `method`. */
  readonly options: z.ZodRawShape;
  /** Makes it from the section; keys that are not its own are ignored. */
  readonly create: (section: unknown) => Mixer;
}

function entry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>>) => Mixer,
): MixerEntry {
  return { summary, options, create: (section) => create(z.object(options).parse(section)) };
}

const alpha = z.number().positive().default(1).describe('λ is drawn from Beta(alpha, alpha)');
const mode = z
  .enum(['batch', 'pair', 'elem'])
  .default('batch')
  .describe('one draw for a batch, for a pair of rows, or for each row');
const share = z.number().min(0).max(1);
const ratioMinMax = z
  .tuple([share, share])
  .refine(([low, high]) => low < high, 'rise: the lower share first, then the higher one')
  .readonly()
  .exactOptional()
  .describe("draw the box's sides between these shares of the image's instead of from alpha");
const imageProb = (prob: number) => share.default(prob).describe('probability that an image is changed');
const positiveShare = z.number().positive().max(1);
const scope = z
  .tuple([positiveShare, positiveShare])
  .refine(([low, high]) => low <= high, 'not fall: the lower share first, then the higher one')
  .readonly()
  .default([0.1, 0.8])
  .describe("sides of the shrunk image as shares of the image's, drawn between these");
const interpolation = z
  .enum(['nearest', 'bilinear'])
  .default('nearest')
  .describe('how the shrunk image is made');

/** Every mixer by its name in the configuration; a new one is one entry here. */
export const mixers: Readonly<Record<string, MixerEntry>> = {
  none: entry('no mixing: the baseline', {}, () => identity),
  mixup: entry('blends two images (Zhang et al. 2018)', { alpha, mode }, mixup),
  cutmix: entry(
    'pastes a box of one image into another (Yun et al. 2019)',
    { alpha, mode, ratioMinMax },
    cutmix,
  ),
  'mixup+cutmix': entry(
    'Mixup or CutMix, drawn for each batch',
    {
      mixupAlpha: z.number().positive().default(0.8).describe('alpha of Mixup'),
      cutmixAlpha: z.number().positive().default(1).describe('alpha of CutMix'),
      switchProb: share.default(0.5).describe('probability of CutMix'),
      mode,
      ratioMinMax,
    },
    ({ mixupAlpha, cutmixAlpha, switchProb, mode, ...box }) =>
      choose([mixup({ alpha: mixupAlpha, mode }), cutmix({ alpha: cutmixAlpha, mode, ...box })], {
        weights: [1 - switchProb, switchProb],
      }),
  ),
  fmix: entry(
    'shows another image where low-pass noise is dark (Harris et al. 2020)',
    {
      alpha,
      mode,
      decayPower: z
        .number()
        .positive()
        .default(3)
        .describe("power by which the noise's frequencies fall: the higher, the smoother the edge"),
      maxSoft: z
        .number()
        .min(0)
        .max(0.5)
        .default(0)
        .describe('share of the pixels on either side of the edge that blend'),
    },
    ({ decayPower, ...options }) => fmix({ ...options, decay: decayPower }),
  ),
  gridmix: entry(
    'shows another image in a regular grid (Baek et al. 2021)',
    {
      alpha,
      mode,
      variant: z
        .enum(['holes', 'cells'])
        .default('holes')
        .describe('holes in a crop of the image, or cells all over it'),
    },
    gridmix,
  ),
  resizemix: entry(
    'pastes a whole image, shrunk, into another (Qin et al. 2020)',
    { mode, scope, interpolation },
    resizemix,
  ),
  smoothmix: entry('fades another image in through a Gaussian bump (Lee et al. 2020)', { mode }, smoothmix),
  hmix: entry(
    'pastes a smaller box, and blends around it (Park et al. 2022)',
    {
      alpha,
      mode,
      ratio: share
        .default(0.5)
        .describe('share of the box in the mix: 0 blends only, 1 is the box of CutMix'),
    },
    hmix,
  ),
  gmix: entry('shows one image in a Gaussian bump (Park et al. 2022)', { alpha, mode }, gmix),
  ricap: entry(
    'tiles crops of four images around a random point (Takahashi et al. 2018)',
    { beta: z.number().positive().default(0.3).describe('the point is drawn from Beta(beta, beta)') },
    ricap,
  ),
  mosaic: entry('tiles four whole images, shrunk (Bochkovskiy et al. 2020)', {}, mosaic),
  cutout: entry(
    'deletes a square of each image (DeVries and Taylor 2017)',
    { squareSide: z.int().min(1).default(16).describe('side of the square in pixels') },
    ({ squareSide }) => cutout({ length: squareSide }),
  ),
  'random-erasing': entry(
    'deletes a rectangle of random size (Zhong et al. 2020)',
    { imageProb: imageProb(0.5) },
    (options) => randomErasing({ prob: options.imageProb }),
  ),
  gridmask: entry(
    'deletes a grid of squares (Chen et al. 2020)',
    {
      imageProb: imageProb(0.8),
      rampProb: z.boolean().default(false).describe('let the probability rise from 0 during the training'),
    },
    ({ rampProb, ...options }) => gridmask({ prob: options.imageProb, ramp: rampProb }),
  ),
  'hide-and-seek': entry('deletes cells of a grid at random (Singh and Lee 2017)', {}, hideAndSeek),
};
