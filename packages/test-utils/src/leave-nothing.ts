// Files of a package are tested in one process, one after the other: none may find what another left.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll } from 'vitest';

beforeAll(async () => {
  // Which one a file finds must not depend on the files before it.
  if (tf.findBackendFactory('cpu') !== null) await tf.setBackend('cpu');
  tf.engine().startScope();
});

afterAll(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});
