/** How a model's batch normalisation behaves. */
export interface BatchNormOptions {
  /**
   * Weight of the newest batch in the running statistics, in `[0,1]`; PyTorch's sense, the complement of Keras'.
   * @defaultValue 0.1
   */
  readonly momentum?: number;
  /** Added to the variance, > 0. @defaultValue 1e-5 */
  readonly epsilon?: number;
  /**
   * `true`: normalise by the running statistics in training too, never update them, and do not train scale and offset, which are left
   * out of `variables`; torchvision's `FrozenBatchNorm2d`. `'statistics'`: train scale and offset all the same.
   * @defaultValue false
   */
  readonly frozen?: boolean | 'statistics';
}
