import { z } from 'zod';

/** Keys of what is done to training images, before they are mixed. */
export const augmentKeys = {
  flip: z.boolean().default(true).describe('mirror training images with probability 1/2'),
  cropPadding: z
    .int()
    .min(0)
    .default(4)
    .describe('pad by this many pixels, then crop at random; nothing with cropScale'),
  padding: z
    .enum(['black', 'reflect'])
    .default('black')
    .describe('what cropPadding adds: black, or the mirrored image'),
  cropScale: z
    .tuple([z.number().positive().max(1), z.number().positive().max(1)])
    .readonly()
    .exactOptional()
    .describe(
      'crop windows of this share of the whole image, from and to, 3:4 to 4:3, and scale them to imageSize',
    ),
  cropInterpolation: z
    .enum(['bilinear', 'bicubic'])
    .default('bilinear')
    .describe('how windows of cropScale are scaled'),
  randAugment: z
    .enum(['none', 'timm-increasing', 'timm', 'torchvision', 'fixmatch'])
    .default('none')
    .describe(
      'do random operations to each training image, after crop and flip, as in timm (with inc1 or without), torchvision or FixMatch',
    ),
  randAugmentCount: z.int().min(0).default(2).describe('operations of randAugment drawn for an image'),
  randAugmentMagnitude: z
    .number()
    .min(0)
    .max(10)
    .default(9)
    .describe(
      "how much of each operation, up to 10; torchvision's magnitudes are three times these, its default is 3",
    ),
  randAugmentDeviation: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe('standard deviation of the magnitude of each operation; 0 by default with torchvision'),
  randAugmentProb: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('probability that an operation that was drawn is done; 1 by default with torchvision'),
  randAugmentInterpolation: z
    .array(z.enum(['nearest', 'bilinear', 'bicubic']))
    .min(1)
    .readonly()
    .default(['bicubic'])
    .describe(
      'how operations that move the image read it; of several, one is drawn each time; by default nearest with torchvision',
    ),
  eraseProb: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'probability that noise takes the place of a rectangle of an image, 2 to 33 % of it, as in timm',
    ),
};

/** Defaults that come with a policy of `randAugment`, in place of those of the keys, which are timm's. */
export const policyDefaults: Readonly<Record<string, Readonly<Partial<AugmentValues>>>> = {
  // 9 of 30, and every operation that is drawn is done.
  torchvision: {
    randAugmentMagnitude: 3,
    randAugmentDeviation: 0,
    randAugmentProb: 1,
    randAugmentInterpolation: ['nearest'],
  },
};

/** Values of {@link augmentKeys}. */
export type AugmentValues = z.output<z.ZodObject<typeof augmentKeys>>;
