import { parsePayload } from '../protocol';
import type { Payload } from '../protocol';
import { Recorder } from '../study/telemetry';
import { bundleOf } from './bundle';
import type { Bundle } from './bundle';
import { still } from './envelope';
import { payloadSvg } from './svg';
import { payloadText } from './text';

const DISPLAY = Symbol.for('Jupyter.display');

/** Options of `show.Figure`. */
export interface FigureOptions {
  /** Title for people; default "routing". Ignored for a payload, which has its own. */
  title?: string;
}

/** A payload that kernels which know `Symbol.for('Jupyter.display')` show where it is a cell's value. */
export class Figure {
  constructor(readonly payload: Payload) {}

  /** The forms of the output by MIME type. */
  [DISPLAY](): Bundle {
    return bundleOf(this.payload, this.toSVG());
  }

  toSVG(): string {
    return payloadSvg(this.payload);
  }

  toString(): string {
    return payloadText(this.payload);
  }
}

/**
 * A still picture of a payload, or of what a recorder holds now.
 *
 * @throws {PayloadError} where the payload does not follow the contract.
 */
export function figure(of: Payload | Recorder, { title = 'routing' }: FigureOptions = {}): Figure {
  if (!(of instanceof Recorder)) {
    return new Figure(parsePayload(of));
  }
  const data = of.data();
  const step = data.history.steps.at(-1) ?? 0;
  return new Figure(still('routing', data, { title, step }));
}
