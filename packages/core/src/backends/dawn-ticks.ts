type Tick = () => void;

/** Dawn's event loop, to be turned by hand. */
export interface DawnTicks {
  /** Turns the loop once; false where nothing waits in it. */
  readonly turn: () => boolean;
  /** Puts `setImmediate` back. */
  readonly release: () => void;
}

/**
 * Lets Dawn's event loop be turned at once. The `webgpu` package finishes its work in callbacks that it gives to
 * `setImmediate`, so that nothing arrives while JavaScript runs; this keeps those that wait and can run them early.
 */
export function catchDawnTicks(): DawnTicks {
  const original = globalThis.setImmediate;
  const waiting = new Set<Tick>();
  const run = (tick: Tick): void => {
    if (waiting.delete(tick)) tick();
  };
  globalThis.setImmediate = new Proxy(original, {
    apply(target, self, given: [Tick, ...unknown[]]) {
      const [callback] = given;
      if (!isDawns(callback)) return Reflect.apply(target, self, given);
      waiting.add(callback);
      return Reflect.apply(target, self, [() => run(callback)]);
    },
  });
  return {
    turn: () => {
      const ticks = [...waiting];
      ticks.forEach(run);
      return ticks.length > 0;
    },
    release: () => {
      globalThis.setImmediate = original;
    },
  };
}

// Dawn's callbacks are native functions without a name; bound functions look native too, but have one.
function isDawns(callback: unknown): boolean {
  return (
    typeof callback === 'function' && callback.name === '' && String(callback).endsWith('{ [native code] }')
  );
}
