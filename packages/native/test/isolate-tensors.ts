// With the sanitizers: memory of its own for every tensor, to the byte, so that a step past its end or an element not written is
// seen. (The sanitized addon guards what it allocates, and fills it with NaNs.)
import { Arena, type Block } from '../src/internal/arena.js';
import { loadAddon } from '../src/internal/load-addon.js';

Arena.prototype.take = (size: number): Block => ({
  buffer: loadAddon().addon.allocate(size),
  offset: 0,
  size,
});
Arena.prototype.give = () => {};
