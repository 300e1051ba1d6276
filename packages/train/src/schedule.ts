/** Learning rate of a step, counted from 0: a pure function, so that a resumed run goes on where it was. */
export type Schedule = (step: number) => number;
