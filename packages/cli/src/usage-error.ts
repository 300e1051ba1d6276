/** The command was called wrongly: a flag or a key of the configuration. The process exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
