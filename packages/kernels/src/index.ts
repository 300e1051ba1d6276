export type { RegisterOptions } from './register-kernels.js';
export { registerKernels } from './register-kernels.js';
