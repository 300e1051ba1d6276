import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '@mix/core';

/** Fixed arrays in files that every side reads: standard normal float32 values, and int32 labels. */
export class Inputs {
  #folder = mkdtempSync(join(tmpdir(), 'mix-bench-'));
  #written = new Map();

  /** A file of `size` float32 values; images are stored NHWC. */
  images(size) {
    return this.#file(`images-${size}`, () => {
      const rng = createRng(0);
      // Enough of them to be no pattern; the rest repeats, since drawing is slow.
      const values = Float32Array.from({ length: Math.min(size, 2 ** 20) }, () => rng.normal());
      return Float32Array.from({ length: size }, (_, at) => values[at % values.length]);
    });
  }

  /** A file of `size` int32 labels below `classes`. */
  labels(size, classes) {
    return this.#file(`labels-${size}-${classes}`, () => {
      const rng = createRng(1);
      return Int32Array.from({ length: size }, () => rng.integer(classes));
    });
  }

  #file(name, values) {
    if (!this.#written.has(name)) {
      const path = join(this.#folder, name);
      writeFileSync(path, values());
      this.#written.set(name, path);
    }
    return this.#written.get(name);
  }

  remove() {
    rmSync(this.#folder, { recursive: true });
  }
}
