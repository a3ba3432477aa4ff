/** How a step follows from a gradient. */
export type StepRule =
  | { readonly kind: 'adam'; readonly learningRate: number }
  | { readonly kind: 'sgd'; readonly learningRate: number };

/** Moves `parameters` against `gradient`, both of one and the same length at every call. */
export type Stepper = (parameters: Float32Array, gradient: Float32Array) => void;

const [mean, square, tiny] = [0.9, 0.999, 1e-8];

/**
 * Plain gradient descent, or Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1 with
 * the constants proposed there). A stepper remembers what it has seen of its parameters.
 */
export function stepperOf({ kind, learningRate }: StepRule, length: number): Stepper {
  if (kind === 'sgd')
    return (parameters, gradient) => {
      for (let i = 0; i < length; i++)
        parameters[i] = (parameters[i] as number) - learningRate * (gradient[i] as number);
    };
  const means = new Float32Array(length);
  const squares = new Float32Array(length);
  let steps = 0;
  return (parameters, gradient) => {
    steps++;
    const rate = (learningRate * Math.sqrt(1 - square ** steps)) / (1 - mean ** steps);
    for (let i = 0; i < length; i++) {
      const value = gradient[i] as number;
      const first = (means[i] = mean * (means[i] as number) + (1 - mean) * value);
      const second = (squares[i] = square * (squares[i] as number) + (1 - square) * value ** 2);
      parameters[i] = (parameters[i] as number) - (rate * first) / (Math.sqrt(second) + tiny);
    }
  };
}
