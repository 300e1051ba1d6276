import type { Tensor4D } from '@tensorflow/tfjs-core';

/** A part of a network: borrows `[B,H,W,C]`, gives a new tensor. */
export type Layer = (x: Tensor4D, training: boolean) => Tensor4D;
