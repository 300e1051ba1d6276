import { MixError } from '@mix/core';

/** Loads sharp when it is first needed: data that need no decoding must work where it has no binary. */
export async function loadSharp(): Promise<typeof import('sharp').default> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.trim().split('\n')[0] as string) : String(cause);
    throw new MixError(
      `@mix/data: sharp, which decodes images, cannot be loaded: ${reason}. Install it for this platform`,
      { code: 'UNSUPPORTED', argument: 'sharp', received: reason, cause },
    );
  }
}
