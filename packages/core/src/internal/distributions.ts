import { portableExp, portableLog } from './portable-math.js';

interface Uniform {
  uniform(): number;
}

// 0 would make the logarithm infinite; the smallest draw above it is as good.
function openUniform(rng: Uniform): number {
  return rng.uniform() || 2 ** -54;
}

/** Standard normal by Marsaglia's polar method; the second variate is dropped, so that no state hides here. */
export function sampleNormal(rng: Uniform): number {
  for (;;) {
    const u = 2 * rng.uniform() - 1;
    const v = 2 * rng.uniform() - 1;
    const square = u * u + v * v;
    if (square > 0 && square < 1) return u * Math.sqrt((-2 * portableLog(square)) / square);
  }
}

/** Gamma(shape, 1) by Marsaglia and Tsang 2000, boosted by `U^(1/shape)` below 1. */
export function sampleGamma(rng: Uniform, shape: number): number {
  return portableExp(logGamma(rng, shape));
}

/** Beta(a, b): Jöhnk's method when both are at most 1, else a ratio of gamma variates; in logarithms, so nothing underflows. */
export function sampleBeta(rng: Uniform, a: number, b: number): number {
  if (a <= 1 && b <= 1) {
    for (;;) {
      const logU = portableLog(openUniform(rng));
      const logV = portableLog(openUniform(rng));
      const logX = logU / a;
      const logY = logV / b;
      // Both beyond a double, as where a and b are below 1e-307: the larger one is all of the sum.
      if (logX + logY === -Infinity) return logU / logV < a / b ? 1 : 0;
      const logSum = logAddExp(logX, logY);
      if (logSum <= 0) return portableExp(logX - logSum);
    }
  }
  const logX = logGamma(rng, a);
  const logY = logGamma(rng, b);
  return portableExp(logX - logAddExp(logX, logY));
}

function logGamma(rng: Uniform, shape: number): number {
  if (shape < 1) {
    const boost = portableLog(openUniform(rng)) / shape;
    return logGamma(rng, shape + 1) + boost;
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = sampleNormal(rng);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const logV = portableLog(v);
    if (portableLog(openUniform(rng)) < 0.5 * x * x + d * (1 - v + logV)) return portableLog(d) + logV;
  }
}

function logAddExp(x: number, y: number): number {
  const high = Math.max(x, y);
  return high + portableLog(portableExp(x - high) + portableExp(y - high));
}
