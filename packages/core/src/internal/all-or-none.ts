/** What `make` gives for each of `from`; where it throws, `discard` gets what it gave before. */
export function allOrNone<S, T>(
  from: readonly S[],
  make: (each: S, index: number) => T,
  discard: ((made: T) => void) | undefined,
): T[] {
  const all: T[] = [];
  try {
    from.forEach((each, index) => {
      all.push(make(each, index));
    });
    return all;
  } catch (error) {
    for (const made of all) discard?.(made);
    throw error;
  }
}
