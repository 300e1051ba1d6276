/** What kind of thing went wrong; stable, so that programs may branch on it. */
export type MixErrorCode =
  | 'INVALID_ARGUMENT'
  | 'BATCH_SIZE'
  | 'SHAPE'
  | 'DTYPE'
  | 'FORMAT'
  | 'MISSING_FILE'
  | 'CORRUPT_DATA'
  | 'STATE_MISMATCH'
  | 'NOT_FINITE'
  | 'MISSING_PROBE'
  | 'BACKEND'
  | 'UNSUPPORTED';

const marker = Symbol.for('mix.error');

/** Fields of a {@link MixError}. */
export interface MixErrorFields {
  /** Kind of error. */
  readonly code: MixErrorCode;
  /** Name of the offending argument, file, tensor or key. */
  readonly argument: string;
  /** The offending value, as it was received. */
  readonly received: unknown;
  /** The underlying error, if there was one. */
  readonly cause?: unknown;
}

/** The one error class of mix: says which argument broke which rule, with what value, and what to do. */
export class MixError extends Error {
  /** Always `'MixError'`. */
  override readonly name = 'MixError';
  /** Kind of error. */
  readonly code: MixErrorCode;
  /** Name of the offending argument, file, tensor or key. */
  readonly argument: string;
  /** The offending value, as it was received. */
  readonly received: unknown;

  /**
   * @param message One readable line: `<function>: <argument> must <rule>; got <value>`, with a remedy where there is one.
   * @param fields Machine-readable parts of the same message.
   */
  constructor(message: string, fields: MixErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.argument = fields.argument;
    this.received = fields.received;
    Object.defineProperty(this, marker, { value: true });
  }
}

/** Recognises a {@link MixError}, also one thrown by another copy of this package. */
export function isMixError(value: unknown): value is MixError {
  return typeof value === 'object' && value !== null && marker in value;
}

/** Prints a received value on one line, short enough for an error message. */
export function describeReceived(value: unknown): string {
  const text = printable(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function printable(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  const structured = typeof value === 'object' || typeof value === 'string';
  try {
    return (structured ? JSON.stringify(value) : undefined) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/**
 * Builds the error for a bad argument: `<where>: <argument> must <rule>; got <value>. <remedy>`.
 *
 * @param where Name of the public function.
 * @param argument Name of the argument or option.
 * @param rule What it must be, continuing the word "must".
 * @param received The value that was passed.
 * @param options `code` (default `'INVALID_ARGUMENT'`) and a `remedy`: one sentence that says what to do.
 * @returns The error, for the caller to throw.
 */
export function invalidArgument(
  where: string,
  argument: string,
  rule: string,
  received: unknown,
  { code = 'INVALID_ARGUMENT', remedy }: { readonly code?: MixErrorCode; readonly remedy?: string } = {},
): MixError {
  const message = `${where}: ${argument} must ${rule}; got ${describeReceived(received)}`;
  return new MixError(remedy === undefined ? message : `${message}. ${remedy}`, { code, argument, received });
}
