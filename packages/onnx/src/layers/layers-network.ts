/**
 * A network of Keras or TensorFlow.js layers as its file holds it, whatever the container: what a
 * reader gives and `convertLayers` takes.
 */
export interface LayersNetwork {
  /**
   * The JSON of the model, `{class_name, config}` with a Sequential or functional model in it, as
   * Keras 2, Keras 3 or TensorFlow.js write it; `{model_config: ...}` around it is taken too.
   */
  topology: unknown;
  /**
   * By the names of the layer and its weight, `LAYER/WEIGHT`: "conv1/kernel". A layer of a nested
   * model may have the names of the models before it ("base/conv1/kernel"); other names before the
   * layer's (scopes) do no harm. They must be there where two nested models each have a layer of
   * the same name. The weights are called kernel, bias, depthwise_kernel, pointwise_kernel, gamma,
   * beta, moving_mean, moving_variance, mean and variance, in Keras's own order of axes.
   */
  weights: Map<string, LayerWeight>;
}

export interface LayerWeight {
  shape: number[];
  data: Float32Array;
}

/** Above it a network is no classifier that this product could run. */
export const MOST_WEIGHTS = 200_000_000;
