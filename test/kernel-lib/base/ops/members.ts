/** @file How the functions of the door are described. */
import { tf } from '@switchyard/kernel-lib';

export type Numbers = 'float32' | 'int32' | 'bool';

/** A tensor argument: its values, and the dtypes that are taken; all others are refused. */
export interface Argument {
  shape: number[];
  values: number[];
  takes: Numbers[];
}

/** One function of the door. */
export interface Member {
  arguments: Record<string, Argument>;
  /** What it gives, as tensors, on the arguments in order. */
  call: (tensors: tf.Tensor[]) => tf.Tensor[];
  /** What it gives for nothing: shapes, or the rule of the error. No less than one. */
  empty: { what: string; call: () => tf.Tensor[]; gives: number[][] | string }[];
}

export const FLOAT: Numbers[] = ['float32'];
export const INT: Numbers[] = ['int32'];
export const argument = (shape: number[], values: number[], takes = FLOAT): Argument => ({ shape, values, takes });
export const matrix = argument([2, 2], [1, 0, 2, 3]);
export const [f, i] = [
  (...shape: number[]): tf.Tensor2D => tf.zeros(shape as [number, number]),
  (...shape: number[]): tf.Tensor2D => tf.zeros(shape as [number, number], 'int32')
];

/** Elementwise, or along the last axis. */
export const unary = (f: (x: tf.Tensor) => tf.Tensor, empty: Member['empty']): Member => ({
  arguments: { x: matrix },
  call: ([x]) => [f(x)],
  empty
});
export const binary = (
  f: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
  names: [string, string],
  empty: Member['empty']
): Member => ({
  arguments: Object.fromEntries(names.map((name) => [name, matrix])),
  call: ([x, y]) => [f(x, y)],
  empty
});
export const shaped = (call: () => tf.Tensor, gives: number[] | string, what = 'no rows'): Member['empty'][number] => ({
  what,
  call: () => [call()],
  gives: typeof gives === 'string' ? gives : [gives]
});
