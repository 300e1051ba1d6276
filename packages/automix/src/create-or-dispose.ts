/** What `create` gives; where it throws, the parts made before it are freed. */
export function createOrDispose<T>(made: { dispose(): void }, create: () => T): T {
  try {
    return create();
  } catch (error) {
    made.dispose();
    throw error;
  }
}
