/**
 * Messages that a panel and a running training exchange over a comm of target {@link CONTROL_TARGET}. The panel opens
 * the comm with `{ runId }`; the kernel answers with a {@link ControlStatus}, sends one whenever it changes, and closes
 * the comm when it keeps nothing more of the run. A kernel that does not know the run closes the comm at once.
 *
 * A page that connects opens a comm with `{ runs: true }` and is told which runs the kernel has: a {@link ControlRuns},
 * then a {@link ControlRun} for each, the oldest first; then the kernel closes the comm. A kernel that does not know this
 * question closes the comm at once.
 */
import { isRouting } from './kinds';
import type { RoutingPayload } from './kinds';
import { MAX_TEXT } from './limits';
import { MAX_DETAILED_BYTES } from './mime';
import { parsePayload } from './parsePayload';
import { PayloadError } from './payloadError';
import { ABLATION_MODES } from './tokenSample';
import type { Ablation } from './tokenSample';
import { parseWholeGraph } from './wholeGraph';
import type { BinaryColumn, WholeGraph } from './wholeGraph';

/** Name of the comm's target. */
export const CONTROL_TARGET = 'switchyard.control';

/** Longest text that can be probed, in UTF-16 code units. */
export const MAX_PROBE_TEXT = 4096;

/** Data of the message that opens the comm: about one run, or the question which there are. */
export type ControlOpening = { runId: string } | { runs: true };

/** Request of a panel to a run. */
export type ControlRequest =
  /** Waits before the next step. */
  | { type: 'pause' }
  | { type: 'resume' }
  /** Does one step, and waits before the next. */
  | { type: 'step' }
  /** Ends the run after the step that it is in. */
  | { type: 'stop' }
  /** Shows the routing of this text; null: of tokens that are trained on. After the run as well, as the next one, where its kernel keeps the model. */
  | { type: 'probe'; text: string | null }
  /** Measures the losses of the text that is probed without an expert, or with it alone; null: of the whole model only. */
  | { type: 'ablate'; ablation: Ablation | null }
  /**
   * Answers with {@link ControlDetails}: more than an output holds, with the tables of the layer of this path ("" where
   * there are no layers). Answered after the run as well, as long as the kernel keeps it; a kernel that does not know this
   * request does not answer.
   */
  | { type: 'details'; layer: string };

/** How a run is, as its kernel says. */
export interface ControlStatus {
  type: 'status';
  runId: string;
  state: 'running' | 'paused' | 'finished' | 'stopped' | 'failed';
  /** Steps done. */
  step: number;
  /** The text whose routing is shown; null where it is that of tokens that are trained on. */
  probe: string | null;
  /** Why a text cannot be probed, or the last one could not; null where nothing is wrong. */
  problem: string | null;
  /** Why no text can be probed in this run, whatever it is; absent where one can, or it is not known. */
  noProbe?: string;
  /** The expert without which, or with which alone, the text is measured; null where none is. Absent where the kernel cannot do so. */
  ablation?: Ablation | null;
}

/** The runs that a kernel has. */
export interface ControlRuns {
  type: 'runs';
  runIds: string[];
}

/** A run as its kernel showed it last, for a page that did not see it. */
export interface ControlRun {
  type: 'run';
  /** The notebook's id of the cell that runs it; null where that is not known. */
  cellId: string | null;
  state: ControlStatus['state'];
  /** Its output by MIME type, the payload among the forms. */
  data: Record<string, unknown>;
}

/** Answer for one panel with more than an output holds. */
export type ControlDetails = RoutingDetails | GraphDetails;

/** Recorded details of a run. */
export interface RoutingDetails {
  type: 'details';
  /** Path of the layer whose tables are there. */
  layer: string;
  /** By the contract of an output, but up to 2 MB: of the other layers tables may be left out that this one has. */
  payload: RoutingPayload;
}

/** The graph that a payload has a part of; its columns are the message's buffers (`wholeGraph.ts`). */
export interface GraphDetails {
  type: 'details';
  layer: string;
  graph: WholeGraph;
}

const STATES: readonly string[] = ['running', 'paused', 'finished', 'stopped', 'failed'];
const PLAIN: readonly string[] = ['pause', 'resume', 'step', 'stop'];

/** Request that a panel's message holds; null for a message that follows no version of this contract. */
export function parseControlRequest(value: unknown): ControlRequest | null {
  const { type, text, layer, ablation } = record(value);
  if (PLAIN.includes(type as string)) {
    return { type } as ControlRequest;
  }
  if (type === 'details') {
    return typeof layer === 'string' && layer.length <= MAX_TEXT ? { type, layer } : null;
  }
  if (type === 'ablate') {
    const asked = ablation === null ? null : parseAblation(ablation);
    return asked === undefined ? null : { type, ablation: asked };
  }
  const isText = typeof text === 'string' && text.length <= MAX_PROBE_TEXT;
  return type === 'probe' && (isText || text === null) ? { type, text } : null;
}

/** An ablation; undefined for what is none. */
function parseAblation(value: unknown): Ablation | undefined {
  const { layer, expert, mode } = record(value);
  return typeof layer === 'string' &&
    layer.length <= MAX_TEXT &&
    Number.isSafeInteger(expert) &&
    (expert as number) >= 0 &&
    ABLATION_MODES.includes(mode as string)
    ? { layer, expert: expert as number, mode: mode as Ablation['mode'] }
    : undefined;
}

/** How a run is; null for a message that follows no version of this contract. */
export function parseControlStatus(value: unknown): ControlStatus | null {
  const { type, runId, state, step, probe, problem, noProbe, ablation } = record(value);
  const ablated = ablation === null ? null : parseAblation(ablation);
  const isText = (field: unknown): field is string | null => field === null || typeof field === 'string';
  return type === 'status' &&
    typeof runId === 'string' &&
    STATES.includes(state as string) &&
    Number.isSafeInteger(step) &&
    isText(probe) &&
    isText(problem)
    ? {
        ...{ type, runId, state: state as ControlStatus['state'], step: step as number, probe, problem },
        ...(typeof noProbe === 'string' ? { noProbe } : {}),
        ...(ablated === undefined ? {} : { ablation: ablated })
      }
    : null;
}

/** Which runs there are; null for a message that follows no version of this contract. */
export function parseControlRuns(value: unknown): ControlRuns | null {
  const { type, runIds } = record(value);
  return type === 'runs' && Array.isArray(runIds) && runIds.every((id) => typeof id === 'string')
    ? { type, runIds }
    : null;
}

/** One of them; null for a message that follows no version of this contract. What is in its data is not checked. */
export function parseControlRun(value: unknown): ControlRun | null {
  const { type, cellId, state, data } = record(value);
  return type === 'run' &&
    (cellId === null || typeof cellId === 'string') &&
    STATES.includes(state as string) &&
    typeof data === 'object' &&
    data !== null
    ? { type, cellId, state: state as ControlStatus['state'], data: data as ControlRun['data'] }
    : null;
}

/**
 * The answer to a request for details; null for a message that follows no version of this contract.
 *
 * @param buffers - Binary data of the message.
 */
export function parseControlDetails(value: unknown, buffers: readonly BinaryColumn[] = []): ControlDetails | null {
  const { type, layer, payload, graph } = record(value);
  if (type !== 'details' || typeof layer !== 'string') {
    return null;
  }
  if (graph !== undefined) {
    const whole = parseWholeGraph(graph, buffers);
    return whole && { type, layer, graph: whole };
  }
  try {
    const parsed = parsePayload(payload, { maxBytes: MAX_DETAILED_BYTES });
    return isRouting(parsed) ? { type, layer, payload: parsed } : null;
  } catch (error) {
    if (error instanceof PayloadError) {
      return null;
    }
    throw error;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
