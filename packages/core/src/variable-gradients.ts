import type { NamedTensorMap, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A loss and its gradients by the variables' names in tfjs. */
export interface VariableGradients {
  /** What `f` gave. */
  readonly value: Scalar;
  /** By `variable.name`. */
  readonly grads: NamedTensorMap;
}

/**
 * `tf.variableGrads` with less memory: it frees what the forward pass kept for an op, and the gradient of that op's output, as soon
 * as the backward pass is beyond it, where tfjs keeps all of them until the end. Peak memory is then about that of the activations alone
 * instead of twice as much.
 *
 * @param f The forward pass; called once.
 * @param variables By which to differentiate; those that are not trainable are left out.
 * @returns New tensors, the caller's.
 * @throws As `tf.variableGrads`.
 */
export function variableGradients(f: () => Scalar, variables: readonly Variable[]): VariableGradients {
  const release = releaser();
  const forward = (): Scalar => {
    const value = f();
    const { activeTape, gradientDepth } = tf.engine().state as unknown as EngineState;
    // Within another gradient, the tape will be walked again.
    if (gradientDepth === 1) for (const node of activeTape ?? []) release.after(node);
    return value;
  };
  try {
    const result = tf.variableGrads(forward, [...variables]);
    release.last();
    return result;
  } catch (error) {
    // tfjs keeps what it saved for a backward pass that is not to come.
    const { activeTape, gradientDepth } = tf.engine().state as unknown as EngineState;
    if (gradientDepth === 0) for (const { saved = [] } of activeTape ?? []) tf.dispose([...saved]);
    throw error;
  }
}

// What tfjs keeps for an op; no part of its typed interface.
interface TapeNode {
  readonly saved?: readonly Tensor[];
  gradient?: (dys: readonly (Tensor | null)[]) => Readonly<Record<string, () => Tensor>>;
}

interface EngineState {
  readonly activeTape?: readonly TapeNode[];
  readonly gradientDepth: number;
}

// tfjs asks the nodes for their gradients one by one, last to first: when it asks the next, it is done with the one before.
function releaser(): { after(node: TapeNode): void; last(): void } {
  let done: readonly Tensor[] = [];
  const last = (): void => {
    tf.dispose([...done]);
    done = [];
  };
  const after = (node: TapeNode): void => {
    const { gradient, saved = [] } = node;
    if (gradient === undefined) return;
    node.gradient = (dys) => {
      last();
      const passed = new Set<Tensor>();
      const inputs = gradient(dys);
      const own = dys.filter((dy) => dy !== null);
      done = [...saved, ...own];
      return Object.fromEntries(
        Object.entries(inputs).map(([name, compute]) => [
          name,
          () => {
            const dx = compute();
            // A gradient that is passed on as it is belongs to the next op.
            passed.add(dx);
            done = [...saved, ...own.filter((dy) => !passed.has(dy))];
            return dx;
          },
        ]),
      );
    };
  };
  return { after, last };
}
