import { jsonBytes, MAX_HISTORY_STEPS, MAX_PAYLOAD_BYTES } from '../../../protocol';
import type { TrainingPayload } from '../../../protocol';
import { MARGIN, namesBytes, scalarBytes, STEP_BYTES } from '../../bounds/scalarBytes';
import { boundScalars } from '../../bounds/scalars';

/** Neighbouring steps are averaged where there are too many. */
export function boundTraining(payload: TrainingPayload): TrainingPayload {
  return { ...payload, data: boundScalars(payload.data, stepsThatFit(payload)) };
}

function stepsThatFit(payload: TrainingPayload): number {
  const { scalars } = payload.data;
  const room = MAX_PAYLOAD_BYTES - jsonBytes({ ...payload, data: {} }) - MARGIN - namesBytes(scalars);
  return Math.min(
    MAX_HISTORY_STEPS,
    Math.floor(room / (STEP_BYTES + scalarBytes(scalars) * Object.keys(scalars).length))
  );
}
