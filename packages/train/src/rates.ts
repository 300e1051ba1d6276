import { invalidArgument, type NamedVariables } from '@mix/core';

/** Learning rates of single variables by name, as multiples of the step's; 1 where there is none. */
export type Rates = Readonly<Record<string, number>>;

/** Throws unless every rate is a finite number of at least 0. */
export function checkRates(where: string, rates: Rates): void {
  for (const [name, rate] of Object.entries(rates)) {
    if (!(Number.isFinite(rate) && rate >= 0)) {
      throw invalidArgument(where, `rates['${name}']`, 'be a finite number of at least 0', rate);
    }
  }
}

/** Throws if there is a rate for something that is no variable: it would do nothing. */
export function checkRateNames(where: string, rates: Rates, variables: NamedVariables): void {
  const unknown = Object.keys(rates).filter((name) => !Object.hasOwn(variables, name));
  if (unknown.length > 0) {
    throw invalidArgument(`${where}.update`, 'rates', 'name variables that are updated', unknown);
  }
}

/** Learning rate of one variable. */
export function rateOf(name: string, learningRate: number, rates: Rates): number {
  return Object.hasOwn(rates, name) ? learningRate * (rates[name] as number) : learningRate;
}
