import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { protocol } from '@switchyard/kernel-lib';
import { KIND_EXAMPLES } from './kindExamples';

/**
 * Names of the example payloads: a routed layer of 4 experts; a run of 4 layers of 16 under way, and over with all that
 * later minor versions added; a dense run; and one of each other kind.
 */
export const EXAMPLES = ['small', 'running', 'finished', 'training', ...KIND_EXAMPLES] as const;
export type Example = (typeof EXAMPLES)[number];

/** The JSON text of an example, as it is committed. */
export function exampleText(name: Example): string {
  return readFileSync(join(import.meta.dirname, 'payloads', `${name}.json`), 'utf8');
}

/** A fresh copy of an example. */
export function example(name: Example): protocol.Payload {
  return JSON.parse(exampleText(name)) as protocol.Payload;
}

/** A fresh copy of an example of routing. */
export function routingExample(name: 'small' | 'running' | 'finished' = 'small'): protocol.RoutingPayload {
  return example(name) as protocol.RoutingPayload;
}
