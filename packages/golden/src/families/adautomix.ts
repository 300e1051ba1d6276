import { adautomixGeneratorFamily } from './adautomix-generator.js';
import { adautomixStepFamily } from './adautomix-step.js';
import type { Family } from './family.js';

/** Masks and their gradients, or whole training steps. */
export const adautomixFamily: Family = (golden) =>
  golden.tensors.has('inputs.cotangent') ? adautomixGeneratorFamily(golden) : adautomixStepFamily(golden);
