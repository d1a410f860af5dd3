import { tf } from '../../base/backend';
import { showShape } from '../../base/core';
import { pictureForms } from '../bundle';
import type { Bundle } from '../bundle';
import { printable, significant } from '../format';
import { textTable } from '../texts/textTable';
import { tensorPicture } from './tensorPicture';
import { tensorStatistics } from './tensorStatistics';
import type { TensorStatistics } from './tensorStatistics';
import { firstValues } from './tensorValues';

const MOST_ROWS = 6;
const MOST_COLUMNS = 8;
const LONGEST = 24;

/**
 * A tensor: dtype, shape, smallest, largest and mean value, its first values, and a small picture of a vector or a matrix.
 * Whatever its size, little of it is read; nothing of it is kept.
 */
export function tensorBundle(tensor: tf.Tensor): Bundle {
  const { dtype, size } = tensor;
  const title = tensorTitle(tensor);
  if (tensor.isDisposed) {
    return { 'text/plain': title };
  }
  const statistics = tensorStatistics(tensor);
  const summary = statistics === null ? `${size} values` : summaryOf(statistics);
  const picture = statistics === null ? null : tensorPicture(tensor, { title, summary, statistics });
  const values = size === 0 || dtype === 'complex64' ? [] : valueLines(tensor);
  return {
    ...pictureForms(picture),
    'text/plain': [title, summary, ...values].map(printable).join('\n')
  };
}

/** A tensor's dtype and shape, and whether it is disposed. */
export function tensorTitle(tensor: tf.Tensor): string {
  const word = tensor instanceof tf.Variable ? 'variable' : 'tensor';
  return `${word} ${tensor.dtype} ${showShape(tensor.shape)}${tensor.isDisposed ? ', disposed' : ''}`;
}

function summaryOf({ min, max, mean, notFinite }: TensorStatistics): string {
  const finite = `min ${significant(min)}, max ${significant(max)}, mean ${significant(mean)}`;
  return notFinite === 0 ? finite : `${finite}, ${notFinite} not finite`;
}

function valueLines(tensor: tf.Tensor): string[] {
  const { rank, shape } = tensor;
  const rows = firstValues(tensor, [MOST_ROWS, MOST_COLUMNS]).map((row) => row.map(written));
  const width = rank === 0 ? 1 : shape[rank - 1];
  const height = rank < 2 ? 1 : shape[rank - 2];
  const lines = textTable(width > MOST_COLUMNS ? rows.map((row) => [...row, '...']) : rows, 0);
  const where = rank > 2 ? [`at [${new Array<string>(rank - 2).fill('0').join(', ')}]:`] : [];
  return [...where, ...lines, ...(height > MOST_ROWS ? ['...'] : [])];
}

function written(value: number | string): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  }
  return significant(value);
}
