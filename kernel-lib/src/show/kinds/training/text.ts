import type { TrainingData } from '../../../protocol';
import { scalarLine } from '../../texts/scalarLine';

/** The last value of each scalar. */
export function trainingText({ scalars }: TrainingData): string[] {
  return scalarLine(scalars);
}
