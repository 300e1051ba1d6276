/** What adding does not change, whatever its sign: 0 + -0 is 0, -0 + -0 is -0. */
export const NOTHING = -0;
