/**
 * Resolves in a new turn of the event loop, so that signals, timers and pages get their turn between two steps: backends
 * that compute synchronously never leave the microtask queue by themselves. Not `setTimeout`, which browsers slow to 4 ms,
 * nor an animation frame, which stands still in a hidden tab.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
