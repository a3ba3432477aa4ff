/** The trained last layer of a network: logits = values [n, D] times weights [D, C], plus bias [C]. */
export interface Head {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}
