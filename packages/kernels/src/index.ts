export { registerKernels } from './register-kernels.js';
