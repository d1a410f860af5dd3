import type { TrainingData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { lossLines } from '../../pictures/lossLines';
import { WIDTH } from '../../pictures/sizes';
import type { Picture } from '../shownKind';

/** The losses over time. */
export function trainingPicture(data: TrainingData, tools: Drawing): Picture {
  return [[lossLines(data, WIDTH, tools)]];
}
