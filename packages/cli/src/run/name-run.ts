/** Name of a new run folder: what it is, and when it began. */
export function nameRun(...words: readonly string[]): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return [...words, time].join('-');
}
