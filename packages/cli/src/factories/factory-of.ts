/** An entry of a table of factories; the schema has let only its names through. */
export function factoryOf<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = table[name];
  if (found === undefined) throw new Error(`'${name}' must be one of ${Object.keys(table).join(', ')}`);
  return found;
}
