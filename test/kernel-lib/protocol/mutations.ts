import type { Example } from '../../support/payloads';

/** A change that makes an example wrong. */
export interface Mutation {
  name: string;
  from: Example;
  /** True where the JSON Schema can say it as well; lengths that must agree and sums are the guard's alone. */
  inSchema: boolean;
  mutate(payload: Loose): void;
  /** The guard's message. */
  message: string;
}

/** A payload that may be changed into anything. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = Record<string, any>;

const routing = (
  name: string,
  message: string,
  mutate: (data: Loose, payload: Loose) => void,
  inSchema = true
): Mutation => ({ name, from: 'small', inSchema, message, mutate: (payload) => mutate(payload.data, payload) });

export const mutations: Mutation[] = [
  routing('no run id', '$.runId: must be a string, got undefined', (_, p) => delete p.runId),
  routing('an empty run id', '$.runId: must not be empty, got ""', (_, p) => (p.runId = '')),
  routing('a seq below 0', '$.seq: must be an integer of at least 0, got -1', (_, p) => (p.seq = -1)),
  routing('no version', '$.schemaVersion: must be a version like "1.0", got 1', (_, p) => (p.schemaVersion = 1)),
  routing('a version 0', '$.schemaVersion: must be 1.x, got "0.9"', (_, p) => (p.schemaVersion = '0.9')),
  routing('no source', '$.source: must be an object, got null', (_, p) => (p.source = null)),
  routing(
    'an unknown status',
    'must be one of running, finished, stopped, failed, got "done"',
    (_, p) => (p.source.status = 'done')
  ),
  routing('a final that is no boolean', '$.source.final: must be true or false, got 1', (_, p) => (p.source.final = 1)),
  routing(
    'an endless time',
    '$.source.time: must be a finite number of at least 0, got -1',
    (_, p) => (p.source.time = -1)
  ),
  routing('half a step', '$.source.step: must be an integer of at least 0, got 1.5', (_, p) => (p.source.step = 1.5)),
  routing('no data', '$.data: must be an object, got an array of 0', (_, p) => (p.data = [])),
  routing('layers that are no array', '$.data.layers: must be an array, got an object', (d) => (d.layers = {})),
  routing(
    'a long label',
    'experts[1]: must have at most 256 characters, got 300',
    (d) => (d.layers[0].experts[1] = 'x'.repeat(300))
  ),
  routing('no expert', 'numExperts: must be an integer in 1..4096, got 0', (d) => (d.layers[0].numExperts = 0)),
  routing('a load below 0', 'load[0]: must be a finite number in 0..1, got -0.1', (d) => (d.layers[0].load[0] = -0.1)),
  routing(
    'a load that is null',
    'load[2]: must be a finite number in 0..1, got null',
    (d) => (d.layers[0].load[2] = null)
  ),
  routing(
    'an entropy above 1',
    'entropy: must be null or a finite number in 0..1, got 1.2',
    (d) => (d.layers[0].entropy = 1.2)
  ),
  routing(
    'a maxVio that is text',
    'maxVio: must be null or a finite number of at least 0, got "0"',
    (d) => (d.layers[0].maxVio = '0')
  ),
  routing('no co-activation', 'coActivation: must be an array, got undefined', (d) => delete d.layers[0].coActivation),
  routing(
    'a scalar that is text',
    '$.data.history.scalars["loss/train"][0]: must be null or a finite number, got "1"',
    (d) => (d.history.scalars['loss/train'][0] = '1')
  ),
  routing(
    'an expert below -1',
    'experts[0][0][0]: must be an integer in -1..3, got -2',
    (d) => (d.tokens.experts[0][0][0] = -2)
  ),
  routing(
    'too many steps',
    'steps: must have at most 512 entries, got 513',
    (d) => (d.history.steps = Array.from({ length: 513 }, (_, i) => i))
  ),
  routing(
    'too many tokens',
    'text: must have at most 512 entries, got 513',
    (d) => (d.tokens.text = new Array(513).fill(''))
  ),

  routing('k above E', '$.data.layers[0].k: must be an integer in 1..4, got 5', (d) => (d.layers[0].k = 5), false),
  routing(
    'a load that is short',
    '$.data.layers[0].load: must have 4 entries, got 3',
    (d) => d.layers[0].load.pop(),
    false
  ),
  routing(
    'a load that sums to 2',
    'load: must sum to 1, or be all 0, got 2',
    (d) => (d.layers[0].load = [0.5, 0.5, 0.5, 0.5]),
    false
  ),
  routing(
    'a domain too many',
    'domainLoad: must have 0 entries, got 1',
    (d) => (d.layers[0].domainLoad = [[1, 0, 0, 0]]),
    false
  ),
  routing(
    'a short co-activation row',
    'coActivation[1]: must have 4 entries, got 1',
    (d) => (d.layers[0].coActivation[1] = [1]),
    false
  ),
  routing(
    'labels for some experts',
    'experts: must have 4 entries, got 2',
    (d) => (d.layers[0].experts.length = 2),
    false
  ),
  routing(
    'a short series',
    '$.data.history.maxVio[0]: must have 5 entries, got 4',
    (d) => d.history.maxVio[0].pop(),
    false
  ),
  routing(
    'a series too many',
    '$.data.history.cv: must have 1 entries, got 2',
    (d) => d.history.cv.push(d.history.cv[0]),
    false
  ),
  routing(
    'steps that go back',
    'steps[4]: must be greater than 4, the step before, got 4',
    (d) => (d.history.steps[4] = 4),
    false
  ),
  routing(
    'a load history of other experts',
    'load[0][0]: must have 4 entries, got 5',
    (d) => d.history.load[0][0].push(0),
    false
  ),
  routing(
    'a token without a domain',
    '$.data.tokens.domain: must have 12 entries, got 11',
    (d) => d.tokens.domain.pop(),
    false
  ),
  routing(
    'a domain that is not named',
    '$.data.tokens.domain[0]: must be an integer in -1..-1, got 0',
    (d) => (d.tokens.domain[0] = 0),
    false
  ),
  routing(
    'an expert above E',
    'experts[0][3][1]: must be an integer in -1..3, got 4',
    (d) => (d.tokens.experts[0][3][1] = 4),
    false
  ),
  routing('a choice too few', 'weights[0][2]: must have 2 entries, got 1', (d) => d.tokens.weights[0][2].pop(), false)
];
