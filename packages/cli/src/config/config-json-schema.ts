import { z } from 'zod';
import { configSchema } from './config-schema.js';

/** The part of JSON Schema that the configuration uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly prefixItems?: readonly JsonSchema[];
  readonly items?: JsonSchema | false;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The configuration's JSON Schema, for editors, flags, help and messages. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // A list in JSON can be nothing but read only; editors would show the word for nothing.
      delete jsonSchema.readOnly;
      relaxDefaultChoice(jsonSchema as JsonSchema);
    },
  });
  return { title: 'Configuration of mix', ...schema } as JsonSchema;
}

// A section may leave out the name of its default choice: the command fills it in.
function relaxDefaultChoice(section: JsonSchema): void {
  for (const shape of section.oneOf ?? []) {
    const [key] = shape.required ?? [];
    const fallback = section.default as Readonly<Record<string, unknown>> | undefined;
    if (key !== undefined && shape.properties?.[key]?.const === fallback?.[key]) {
      delete (shape as { required?: unknown }).required;
    }
  }
}
