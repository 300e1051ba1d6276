export { columnMoments, normalize } from './batch-norm';
export { normGradientSums, normInputGradient } from './batch-norm-gradient';
export { convolve } from './convolution';
export { convolveFilterGradient } from './convolution-filter-gradient';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { matMul } from './matmul';
export { averagePoolGradient, maxPoolGradient } from './pooling';
export { sumColumns, sumRows } from './reduction';
export { segmentSum } from './segment-sum';
