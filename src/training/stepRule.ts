/** How a step follows from a gradient. */
export type StepRule =
  | { readonly kind: 'adam'; readonly learningRate: number }
  | { readonly kind: 'sgd'; readonly learningRate: number };

/** Moves `parameters` against `gradient`, both of one and the same length at every call. */
type Stepper = (parameters: Float32Array, gradient: Float32Array) => void;

/** What Adam remembers of the gradients of some parameters. */
export interface ParameterMoments {
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

const [mean, square, tiny] = [0.9, 0.999, 1e-8];

/**
 * Plain gradient descent, or Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1 with
 * the constants proposed there).
 * @param moments of the parameters after so many `steps`; Adam brings them up to date in place
 */
export function stepperOf(
  { kind, learningRate }: StepRule,
  { means, squares }: ParameterMoments,
  steps: number,
): Stepper {
  if (kind === 'sgd')
    return (parameters, gradient) => {
      for (let i = 0; i < parameters.length; i++)
        parameters[i] = (parameters[i] as number) - learningRate * (gradient[i] as number);
    };
  let made = steps;
  return (parameters, gradient) => {
    made++;
    const rate = (learningRate * Math.sqrt(1 - square ** made)) / (1 - mean ** made);
    for (let i = 0; i < parameters.length; i++) {
      const value = gradient[i] as number;
      const first = (means[i] = mean * (means[i] as number) + (1 - mean) * value);
      const second = (squares[i] = square * (squares[i] as number) + (1 - square) * value ** 2);
      parameters[i] = (parameters[i] as number) - (rate * first) / (Math.sqrt(second) + tiny);
    }
  };
}
