type Tick = () => void;

/** Dawn's event loop, to be turned by hand. */
export interface DawnTicks {
  /** Turns the loop until `done`, at once and with everything else at rest; false where nothing waits in it before. */
  readonly settle: (done: () => boolean) => boolean;
  /** Puts `setImmediate` back. */
  readonly release: () => void;
}

/**
 * Lets Dawn's event loop be turned by hand. The `webgpu` package finishes its work in callbacks that it gives to
 * `setImmediate`, so that nothing arrives while JavaScript runs; this keeps those that wait and can run them early.
 */
export function catchDawnTicks(): DawnTicks {
  const original = globalThis.setImmediate;
  const waiting = new Set<Tick>();
  let settling = false;
  let scheduled = false;
  const runAll = (): void => {
    for (const tick of [...waiting]) {
      waiting.delete(tick);
      tick();
    }
  };
  // One for all: every turn asks for the next, and while the loop is turned by hand Node's does not run.
  const schedule = (): void => {
    if (scheduled || settling) return;
    scheduled = true;
    original(() => {
      scheduled = false;
      runAll();
    });
  };
  globalThis.setImmediate = new Proxy(original, {
    apply(target, self, given: [Tick, ...unknown[]]) {
      const [callback] = given;
      if (!isDawns(callback)) return Reflect.apply(target, self, given);
      waiting.add(callback);
      return schedule();
    },
  });
  return {
    settle: (done) => {
      settling = true;
      try {
        for (let turns = 0; !done(); turns++) {
          if (waiting.size === 0) return false;
          pause(turns);
          runAll();
        }
        return true;
      } finally {
        settling = false;
        if (waiting.size > 0) schedule();
      }
    },
    release: () => {
      globalThis.setImmediate = original;
    },
  };
}

/** Leaves the processor to whoever computes, for longer the longer it takes, up to a millisecond. */
function pause(turns: number): void {
  // Made here: pages without cross-origin isolation have no SharedArrayBuffer, and load this module too.
  if (turns > 10) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(1, turns / 100));
}

// Dawn's callbacks are native functions without a name; bound functions look native too, but have one.
function isDawns(callback: unknown): boolean {
  return (
    typeof callback === 'function' && callback.name === '' && String(callback).endsWith('{ [native code] }')
  );
}
