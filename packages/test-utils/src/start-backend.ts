import { type BackendName, selectBackend } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { watchWebgpu } from './webgpu-errors.js';

/** Starts one backend, never another in its stead, and gives its name in tfjs. */
export async function startBackend(name: BackendName): Promise<string> {
  // Imported from here: strict installers show these packages to no library.
  const { tfName } = await selectBackend(name, { load: (specifier) => import(specifier) });
  if (tfName === 'webgpu') {
    watchWebgpu();
    // Otherwise it computes small tensors in plain JavaScript, which is not what is to be tested.
    tf.env().set('WEBGPU_CPU_FORWARD', false);
  }
  return tfName;
}
