import { engine, registerKernel, Transpose, unregisterKernel } from '@tensorflow/tfjs-core';
import { type WebgpuBackend, type WebgpuProgram, webgpuKernel } from './webgpu-kernel.js';

const corrected = new WeakSet<object>();

/**
 * Makes transposing work on WebGPU for int32 and bool, and for float32 that was cast from them, alone and as a step of
 * reductions: tfjs' shader gives what it reads to a function of float32, which compilers since Chrome 141's refuse, and
 * the result is then left undefined without an error. Like all of tfjs' shaders it goes through float32: whole numbers
 * stay exact up to 2^24.
 *
 * @see https://github.com/tensorflow/tfjs/issues/8638
 */
export function registerWebgpuTranspose(): void {
  const original = webgpuKernel(Transpose);
  unregisterKernel(Transpose, 'webgpu');
  // The engine calls this with the backend when it starts; other kernels make the same shader, so that it is done there.
  registerKernel({ ...original, setupFunc: (backend) => correctProgram(backend as WebgpuBackend) });
  if (engine().backendName === 'webgpu') correctProgram(engine().backend as WebgpuBackend);
}

function correctProgram(backend: WebgpuBackend): void {
  if (corrected.has(backend)) return;
  corrected.add(backend);
  const run = backend.runWebGPUProgram;
  backend.runWebGPUProgram = function (program, ...rest) {
    if (/^transpose_\d/.test(program.shaderKey)) convertWhatItReads(program);
    return run.call(this, program, ...rest);
  };
}

function convertWhatItReads(program: WebgpuProgram): void {
  const code = program.getUserCode();
  program.getUserCode = () =>
    code.replace(/setOutputAtIndex\(flatIndex, (A\[[^;]*\])\);/, 'setOutputAtIndex(flatIndex, f32($1));');
}
