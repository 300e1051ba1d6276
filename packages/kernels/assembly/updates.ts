import { madd } from './arithmetic';

// Optimiser steps in one pass; what is absent at the first step is 0.

/**
 * `m ← β₁·m + (1 − β₁)·g`; `v ← β₂·v + (1 − β₂)·g²`; `w ← shrink·w − rate · m / (√v/rootScale + ε)`; `rest` is 1 − β.
 */
export function adamwUpdate(
  weights: usize,
  gradient: usize,
  mean: usize,
  square: usize,
  out: usize,
  nextMean: usize,
  nextSquare: usize,
  count: i32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  epsilon: f32,
  shrink: f32,
  rate: f32,
  rootScale: f32,
): void {
  const first = mean === 0,
    vectors = count & ~3;
  for (let i = 0; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const g = v128.load(gradient + at);
    let m = f32x4.mul(g, f32x4.splat(rest1)),
      v = f32x4.mul(f32x4.mul(g, g), f32x4.splat(rest2));
    if (!first) {
      m = madd(m, v128.load(mean + at), f32x4.splat(beta1));
      v = madd(v, v128.load(square + at), f32x4.splat(beta2));
    }
    v128.store(nextMean + at, m);
    v128.store(nextSquare + at, v);
    const root = f32x4.add(f32x4.div(f32x4.sqrt(v), f32x4.splat(rootScale)), f32x4.splat(epsilon));
    const change = f32x4.mul(f32x4.div(m, root), f32x4.splat(rate));
    v128.store(out + at, f32x4.sub(f32x4.mul(v128.load(weights + at), f32x4.splat(shrink)), change));
  }
  for (let i = vectors; i < count; i++) {
    const at = (<usize>i) << 2;
    const g = load<f32>(gradient + at);
    let m = g * rest1,
      v = g * g * rest2;
    if (!first) {
      m += load<f32>(mean + at) * beta1;
      v += load<f32>(square + at) * beta2;
    }
    store<f32>(nextMean + at, m);
    store<f32>(nextSquare + at, v);
    const root = sqrt(v) / rootScale + epsilon;
    store<f32>(out + at, load<f32>(weights + at) * shrink - (m / root) * rate);
  }
}

/**
 * `g ← g + decay·w`; `v ← momentum·v + g`, at first g; `w ← shrink·w − rate·v`, or with Nesterov `w ← shrink·w − rate·(g +
 * momentum·v)`. Without momentum `next` is 0 and v is g.
 */
export function sgdUpdate(
  weights: usize,
  gradient: usize,
  velocity: usize,
  out: usize,
  next: usize,
  count: i32,
  rate: f32,
  momentum: f32,
  decay: f32,
  shrink: f32,
  nesterov: bool,
): void {
  const vectors = count & ~3;
  const kept = f32x4.splat(momentum);
  for (let i = 0; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const w = v128.load(weights + at);
    let g = v128.load(gradient + at);
    if (decay !== 0) g = madd(g, w, f32x4.splat(decay));
    let change = g;
    if (next !== 0) {
      const v = velocity === 0 ? g : madd(g, v128.load(velocity + at), kept);
      v128.store(next + at, v);
      change = nesterov ? madd(g, v, kept) : v;
    }
    v128.store(out + at, f32x4.sub(f32x4.mul(w, f32x4.splat(shrink)), f32x4.mul(change, f32x4.splat(rate))));
  }
  for (let i = vectors; i < count; i++) {
    const at = (<usize>i) << 2;
    const w = load<f32>(weights + at);
    let g = load<f32>(gradient + at);
    if (decay !== 0) g += w * decay;
    let change = g;
    if (next !== 0) {
      const v: f32 = velocity === 0 ? g : g + load<f32>(velocity + at) * momentum;
      store<f32>(next + at, v);
      change = nesterov ? g + v * momentum : v;
    }
    store<f32>(out + at, w * shrink - change * rate);
  }
}
