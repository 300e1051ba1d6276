/** Imports a package by name. */
export type Load = (specifier: string) => Promise<Readonly<Record<string, unknown>>>;
