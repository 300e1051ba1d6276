import { z } from 'zod';

/** What a choice brings into its section. */
export interface Choice {
  /** Its own keys. */
  readonly options: z.ZodRawShape;
}

/**
 * A section of the configuration that has one shape for each choice: `key` names the choice, which brings its own keys
 * beside the common ones.
 *
 * @param key Key that names the choice.
 * @param description Of that key.
 * @param choices By name.
 * @param fallback The choice of a section that names none.
 * @param common Keys that every choice has.
 */
export function choiceSection<K extends string, C extends z.ZodRawShape>(
  key: K,
  description: string,
  choices: Readonly<Record<string, Choice>>,
  fallback: string,
  common: C,
) {
  const shapes = Object.entries(choices).map(([name, { options }]) =>
    z.strictObject({ [key]: z.literal(name).describe(description), ...options, ...common }),
  );
  // The shapes differ in keys that only the factories read, so the type is that of what they share.
  type Shared = z.ZodObject<C & Readonly<Record<K, z.ZodLiteral<string>>>, z.core.$strict>;
  const section = z.discriminatedUnion(key, shapes as unknown as readonly [Shared]);
  return section.prefault({ [key]: fallback } as z.input<Shared>);
}
