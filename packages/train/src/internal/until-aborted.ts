/** Gives what `source` gives, until it ends or throws the signal's reason, as sources do that were given the signal themselves. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void> {
  try {
    yield* source;
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
  }
}
