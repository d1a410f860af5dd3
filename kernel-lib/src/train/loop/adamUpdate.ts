import { executeMultiple, executeSingle, isNative, tf } from '../../base/backend';

/** The numbers of one update, the same for all parameters; scalars on the device. */
export interface AdamScalars {
  learningRate: tf.Scalar;
  beta1: tf.Scalar;
  beta2: tf.Scalar;
  /** beta1 to the power of the update's number, which starts at 1. */
  beta1Power: tf.Scalar;
  beta2Power: tf.Scalar;
  /** Term that is added to the root of the second moment before its bias is corrected: epsilon times sqrt(1 - beta2Power). */
  uncorrectedEpsilon: tf.Scalar;
}

/** A parameter's value with the running means of its gradient and squared gradient. */
export interface AdamState {
  value: tf.Tensor;
  firstMoment: tf.Tensor;
  secondMoment: tf.Tensor;
}

/**
 * One update of Adam (arXiv 1412.6980, algorithm 1). The bias corrections are folded into the rate and into epsilon, which gives the same
 * values as the algorithm and is what TensorFlow's kernel can do. Takes the tensors of `state` over and gives new ones.
 */
export function adamUpdate(state: AdamState, gradient: tf.Tensor, scalars: AdamScalars): AdamState {
  const next = tf.tidy(() => ({ ...(isNative() ? fused : composed)(state, gradient, scalars) }));
  tf.dispose({ ...state });
  return next;
}

function composed(state: AdamState, gradient: tf.Tensor, scalars: AdamScalars): AdamState {
  const { learningRate, beta1, beta2, beta1Power, beta2Power, uncorrectedEpsilon } = scalars;
  const firstMoment = state.firstMoment.add(gradient.sub(state.firstMoment).mul(tf.sub(1, beta1)));
  const secondMoment = state.secondMoment.add(gradient.square().sub(state.secondMoment).mul(tf.sub(1, beta2)));
  const rate = learningRate.mul(tf.sub(1, beta2Power).sqrt()).div(tf.sub(1, beta1Power));
  const value = state.value.sub(firstMoment.mul(rate).div(secondMoment.sqrt().add(uncorrectedEpsilon)));
  return { value, firstMoment, secondMoment };
}

/** TensorFlow's own kernel: one pass over the values instead of twelve. It works in place, on resource variables. */
function fused(state: AdamState, gradient: tf.Tensor, scalars: AdamScalars): AdamState {
  const { learningRate, beta1, beta2, beta1Power, beta2Power, uncorrectedEpsilon } = scalars;
  const handles = [state.value, state.firstMoment, state.secondMoment].map(intoResource);
  const attributes = { T: 'float32', use_locking: false, use_nesterov: false };
  const inputs = [...handles, beta1Power, beta2Power, learningRate, beta1, beta2, uncorrectedEpsilon, gradient];
  executeMultiple('ResourceApplyAdam', attributes, inputs, 0);
  const [value, firstMoment, secondMoment] = handles.map((handle) =>
    executeSingle('ReadVariableOp', { dtype: 'float32' }, [handle])
  );
  return { value, firstMoment, secondMoment };
}

// TensorFlow's name for a resource that nothing else shares.
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

function intoResource(value: tf.Tensor): tf.Tensor {
  const attributes = { dtype: 'float32', shape: value.shape, shared_name: ANONYMOUS, container: '' };
  const handle = executeSingle('VarHandleOp', attributes, []);
  executeMultiple('AssignVariableOp', { dtype: 'float32' }, [handle, value], 0);
  // The resource owns the values alone now, so that the kernel need not copy them before it writes.
  value.dispose();
  return handle;
}
