import type { Observer } from '../base/core';
import type {
  DepthUsagePayload,
  LayerAmountsPayload,
  Payload,
  RoutingPayload,
  TokenSample,
  TrainingPayload
} from '../protocol';
import { densityRecorder, depthRecorder, recorder } from '../study/telemetry';
import type { DensityRecorder, DepthRecorder, Recorder } from '../study/telemetry';
import type { Batch } from '../train/data';
import { boundDetails } from './kinds/routing/bound';

/** A recorder of a run: it observes the events of its kinds, and is told of batches and steps as well. */
export interface LiveRecorder extends Observer {
  batch(batch: Batch | null): void;
  step(step: number, scalars: Readonly<Record<string, number>>): void;
}

/** Options of recorders of every kind. */
export interface LiveRecorderOptions {
  domains?: readonly string[];
  decode?: (token: number) => string;
  tokenSample?: number;
  window?: number;
}

/** Details that a reader asks to see besides. */
export interface Closer {
  /** Path of a layer whose tables are wanted whole. */
  paired?: string;
  /** Choices of these layers for the reader's own text; null where there is none. */
  tokens?: (paths: string[]) => TokenSample | null;
}

/** A kind of live output: what records the events of a run, and the payload that is made of them. */
export interface LiveKind<P extends Payload, R extends LiveRecorder> {
  readonly kind: P['kind'];
  /** False where the recorder is told of steps alone. */
  readonly listens: boolean;
  recorder(options: LiveRecorderOptions): R;
  data(recorder: R, closer: Closer): P['data'];
  /** Words that the data add to the run's title. */
  title(data: P['data']): string;
  /** Layers through which a reader's own text can be followed. */
  paths?(recorder: R): string[];
  /** The payload cut to one layer, where a reader can ask for that. */
  details?(payload: P, layer: string): RoutingPayload;
}

export const ROUTING: LiveKind<RoutingPayload, Recorder> = {
  kind: 'routing',
  listens: true,
  recorder,
  data: (recorded, { paired, tokens }) => {
    const data = recorded.data({ paired });
    return { ...data, tokens: tokens?.(data.layers.map(({ path }) => path)) ?? data.tokens };
  },
  title: ({ layers }) => (layers.length === 0 ? '' : `, ${layers[0].router} ${layers[0].k} of ${layers[0].numExperts}`),
  paths: (recorded) => recorded.data().layers.map(({ path }) => path),
  details: boundDetails
};

export const TRAINING: LiveKind<TrainingPayload, Recorder> = {
  kind: 'training',
  listens: false,
  recorder,
  data: (recorded) => {
    const { steps, scalars } = recorded.data().history;
    return { steps, scalars };
  },
  title: () => ''
};

export const DEPTH_USAGE: LiveKind<DepthUsagePayload, DepthRecorder> = {
  kind: 'depth-usage',
  listens: true,
  recorder: depthRecorder,
  data: (recorded) => recorded.data(),
  title: ({ layers, modules }) => (layers.length === 0 ? '' : `, ${modules.join(' or ')}`)
};

export const DENSITY: LiveKind<LayerAmountsPayload, DensityRecorder> = {
  kind: 'layer-amounts',
  listens: true,
  recorder: densityRecorder,
  data: (recorded) => recorded.data(),
  title: ({ scalars }) => (scalars.density === undefined ? '' : ', density by layer')
};
