import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { protocol } from '@switchyard/kernel-lib';

/** A kind besides routing and training: its example has its name. */
export type KindExample = Exclude<protocol.Payload['kind'], 'routing' | 'training'>;

const RUNS = ['small', 'running', 'finished', 'training'];

/** Names of the example payloads of these kinds. */
export const KIND_EXAMPLES = readdirSync(join(__dirname, 'payloads'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .filter((name) => !RUNS.includes(name)) as KindExample[];
