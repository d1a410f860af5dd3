/** The committed example payloads, fresh for each test, and a chart context without a browser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlDetails, Payload, RoutingPayload, TrainingPayload } from '@switchyard/kernel-lib/protocol';
import { nullTranslator } from '@jupyterlab/translation';
import type { IChartContext } from '../../../extension/charts/figure';
import { COLOUR_SCHEMES, DEFAULT_SCHEME } from '../../../extension/base/schemes';

export const trans = nullTranslator.load('');

export const context: IChartContext = {
  theme: {
    light: true,
    text: '#111',
    mutedText: '#666',
    grid: '#ddd',
    background: '#fff',
    accent: '#06c',
    fontFamily: 'sans-serif',
    colours: COLOUR_SCHEMES[DEFAULT_SCHEME].light
  },
  trans,
  layer: 0,
  expert: null,
  choices: {}
};

export function routing(name: 'running' | 'finished' | 'small' = 'running'): RoutingPayload {
  return example(name) as RoutingPayload;
}

/** A payload as the answer of a kernel that was asked for more. */
export function asDetails(payload: RoutingPayload): ControlDetails {
  return { type: 'details', layer: payload.data.layers[0]?.path ?? '', payload };
}

export function training(): TrainingPayload {
  return example('training') as TrainingPayload;
}

/** The example of a kind besides routing and training. */
export function kind<K extends Payload['kind']>(name: K): Extract<Payload, { kind: K }> {
  return example(name) as Extract<Payload, { kind: K }>;
}

function example(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, `../../support/payloads/${name}.json`), 'utf8'));
}
