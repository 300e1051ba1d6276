import { createRequire } from 'node:module';
import { absence, sides, startSide } from './sides.js';

const require = createRequire(import.meta.url);

/** What runs on either side: node, tfjs, and what the sides' processes load. */
export async function describeVersions({ sides: names, python }) {
  const present = names.filter((name) => absence(name, python) === undefined);
  const peer = present.find((name) => sides[name].peer);
  const own = {
    node: process.versions.node,
    tfjs: require('@tensorflow/tfjs-core/package.json').version,
  };
  return {
    ...own,
    ...(present.includes('native') && { native: await librariesOf('native', python) }),
    ...(peer && { pytorch: await librariesOf(peer, python) }),
  };
}

/** Why PyTorch's products of matrices are far from its best, or undefined. */
export function slowBlas({ pytorch }) {
  if (!pytorch?.blas?.startsWith('libblas')) return undefined;
  return (
    `${pytorch.blas} is the reference BLAS, many times slower than others; ` +
    'apt-get install libopenblas0-pthread (or put an OpenBLAS into LD_LIBRARY_PATH)'
  );
}

async function librariesOf(name, python) {
  const child = startSide(name, { threads: 1, python });
  try {
    const { cpuSeconds: _, ...versions } = await child.ask({ op: 'versions' });
    const [oneDnn] = child.libraries('libdnnl');
    // A wrapper libblas.so.3 comes with OpenBLAS.
    const [blas] = [
      ...child.libraries('libopenblas'),
      ...child.libraries('libmkl'),
      ...child.libraries('libblas'),
    ];
    return { ...(oneDnn && { oneDnn }), ...versions, ...(blas && { blas }) };
  } catch (error) {
    return { failed: error.message };
  } finally {
    await child.stop();
  }
}
