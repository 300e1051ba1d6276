import { z } from 'zod';

/** Keys of what makes a step of gradients. */
export const stepKeys = {
  clipNorm: z.number().positive().exactOptional().describe('clip gradients to this common norm'),
  clipJointly: z
    .boolean()
    .default(false)
    .describe("take the norm of the network's and the masks' gradients together, as published"),
  accumulate: z
    .int()
    .min(1)
    .default(1)
    .describe('batches whose gradients are averaged for each step: large batches in little memory'),
  skipNonFinite: z
    .int()
    .min(0)
    .default(0)
    .describe('steps in a row that may be left out because a loss or a gradient is NaN or infinite'),
};
