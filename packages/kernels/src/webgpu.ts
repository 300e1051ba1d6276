export { registerWebgpuKernels } from './register-webgpu-kernels.js';
