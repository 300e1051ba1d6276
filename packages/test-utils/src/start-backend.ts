import { type BackendName, selectBackend } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/** Starts one backend, never another in its stead, and gives its name in tfjs. */
export async function startBackend(name: BackendName): Promise<string> {
  // Imported from here: strict installers show these packages to no library.
  const { tfName } = await selectBackend(name, { load: (specifier) => import(specifier) });
  // Otherwise it computes small tensors in plain JavaScript, which is not what is to be tested.
  if (tfName === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
  return tfName;
}
