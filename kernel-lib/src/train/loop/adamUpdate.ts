import { executeMultiple, executeSingle, hasCustomOps, isNative, tf } from '../../base/backend';

/** Numbers that the parameters of one update share. */
export interface AdamNumbers {
  /** Factor of the gradients. */
  scale: number;
  beta1: number;
  beta2: number;
  /** Added to the root of the bias-corrected second moment. */
  epsilon: number;
  /** Number of the update; the first is 1. */
  update: number;
}

/** A parameter's value with the running means of its gradient and squared gradient. */
export interface AdamState {
  value: tf.Tensor;
  firstMoment: tf.Tensor;
  secondMoment: tf.Tensor;
}

/** One parameter of an update. */
export interface AdamItem extends AdamState {
  gradient: tf.Tensor;
  rate: number;
  /** Factor of the value before its step: less than 1 where it decays. */
  kept: number;
  /** Where values count, bool; elsewhere gradients are read as 0 and values become 0. Default: all do. */
  mask?: tf.Tensor | undefined;
}

/**
 * One update of Adam (arXiv 1412.6980, algorithm 1), with decay of the values (arXiv 1711.05101, algorithm 2): new states. The bias corrections
 * are folded into the rate and into epsilon, which gives the same values as the algorithm and is what TensorFlow's kernel can do.
 */
export function adamUpdate(items: readonly AdamItem[], numbers: AdamNumbers): AdamState[] {
  return tf.tidy(() => {
    const folded = fold(numbers);
    const one = isNative() ? fused : composed;
    const next = hasCustomOps()
      ? together(items, folded)
      : items.map((item) => throughMask(item, (own) => one(own, folded)));
    return next.map((state) => ({ ...state }));
  });
}

/** The numbers with what corrects the bias in them. */
interface Folded extends AdamNumbers {
  /** Factor of the rate. */
  correction: number;
  /** Added to the root of the second moment as it is. */
  added: number;
}

function fold(numbers: AdamNumbers): Folded {
  const { beta1, beta2, epsilon, update } = numbers;
  const root = Math.sqrt(1 - beta2 ** update);
  return { ...numbers, correction: root / (1 - beta1 ** update), added: epsilon * root };
}

/** All parameters in one op, which reads and writes each value once. */
function together(items: readonly AdamItem[], { scale, beta1, beta2, correction, added }: Folded): AdamState[] {
  const lists = (['value', 'firstMoment', 'secondMoment', 'gradient'] as const).map((name) =>
    items.map((item) => item[name])
  );
  const rates = items.flatMap(({ rate, kept }) => [rate * correction, kept]);
  const masks = items.flatMap(({ mask }) => mask ?? []);
  const inputs = [...lists.flat(), tf.tensor1d(rates), tf.tensor1d([scale, beta1, beta2, added]), ...masks];
  const count = items.length;
  const masked = items.flatMap(({ mask }, i) => (mask === undefined ? [] : [i]));
  const all = executeMultiple('SwitchyardAdamW', { N: count, M: masks.length, masked }, inputs, 3 * count);
  return items.map((_, i) => ({ value: all[i], firstMoment: all[count + i], secondMoment: all[2 * count + i] }));
}

function throughMask(item: AdamItem, update: (item: AdamItem) => AdamState): AdamState {
  const { mask, gradient } = item;
  if (mask === undefined) {
    return update(item);
  }
  const kept = (x: tf.Tensor): tf.Tensor => tf.where(mask, x, tf.zerosLike(x));
  const next = update({ ...item, gradient: kept(gradient) });
  return { ...next, value: kept(next.value) };
}

function composed(item: AdamItem, { scale, beta1, beta2, correction, added }: Folded): AdamState {
  const gradient = item.gradient.mul(scale);
  const firstMoment = item.firstMoment.add(gradient.sub(item.firstMoment).mul(tf.sub(1, beta1)));
  const secondMoment = item.secondMoment.add(gradient.square().sub(item.secondMoment).mul(tf.sub(1, beta2)));
  const step = firstMoment.mul(item.rate * correction).div(secondMoment.sqrt().add(added));
  return { value: item.value.mul(item.kept).sub(step), firstMoment, secondMoment };
}

/** TensorFlow's own kernel: one pass over the values instead of twelve. It works in place, on resource variables. */
function fused(item: AdamItem, { scale, beta1, beta2, update, added }: Folded): AdamState {
  const copies = [item.value.mul(item.kept), item.firstMoment.clone(), item.secondMoment.clone()];
  const handles = copies.map(intoResource);
  const attributes = { T: 'float32', use_locking: false, use_nesterov: false };
  const scalars = [beta1 ** update, beta2 ** update, item.rate, beta1, beta2, added].map((value) => tf.scalar(value));
  executeMultiple('ResourceApplyAdam', attributes, [...handles, ...scalars, item.gradient.mul(scale)], 0);
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
  value.dispose();
  return handle;
}
