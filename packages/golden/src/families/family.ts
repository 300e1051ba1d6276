import type { Check } from '../check.js';
import type { GoldenCase } from '../golden-case.js';

/** Runs one case and says how far off each quantity was. */
export type Family = (golden: GoldenCase) => Promise<readonly Check[]>;
