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
   * Normalise by the running statistics in training too, and never update them. Scale and offset stay trainable:
   * leave them out of the optimiser to keep them as well.
   * @defaultValue false
   */
  readonly frozen?: boolean;
}
