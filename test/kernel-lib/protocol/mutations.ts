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

const of = (
  from: Example,
  name: string,
  message: string,
  mutate: (data: Loose) => void,
  inSchema = true
): Mutation => ({ name, from, inSchema, message, mutate: (payload) => mutate(payload.data) });

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
  routing(
    'too many settings',
    '$.source.configuration: must have at most 32 names, got 33',
    (_, p) => (p.source.configuration = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`s${i}`, i])))
  ),
  routing(
    'a setting that is none',
    '$.source.configuration["a"]: must be a string, got an object',
    (_, p) => (p.source.configuration = { a: {} })
  ),
  routing(
    'an endless setting',
    '$.source.configuration["a"]: must be a finite number',
    (_, p) => (p.source.configuration = { a: NaN }),
    false
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
    'text: must have at most 2048 entries, got 2049',
    (d) => (d.tokens.text = new Array(2049).fill(''))
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
  routing('a choice too few', 'weights[0][2]: must have 2 entries, got 1', (d) => d.tokens.weights[0][2].pop(), false),

  of(
    'finished',
    'a choice too few in bytes',
    'must be 128 bytes in base64 (172 characters)',
    (d) => (d.tokens.experts[0] = 'AAAA'),
    false
  ),
  of(
    'finished',
    'bytes that name no expert',
    'experts[0][0][0]: must be an integer in -1..15, got 16',
    (d) => (d.tokens.experts[0] = btoa('\x10'.repeat(128))),
    false
  ),
  of('finished', 'bytes that are none', 'in base64', (d) => (d.tokens.experts[1] = '*'.repeat(172))),
  of(
    'finished',
    'earlier steps that go back',
    'earlier[1].step: must be greater than 0, the step before, got 0',
    (d) => (d.tokens.earlier[1].step = 0),
    false
  ),
  of(
    'finished',
    'transitions after the last layer',
    'layers[3].transitions: must have 0 entries, got 1',
    (d) => (d.layers[3].transitions = [[]]),
    false
  ),
  of(
    'finished',
    'nine top tokens',
    'topTokens[0]: must have at most 8 entries, got 9',
    (d) => (d.layers[0].topTokens[0] = Array(9).fill({ text: 'a', share: 0.1 })),
    false
  ),
  of(
    'finished',
    'a class without a name',
    'classLoad: must have 4 entries, got 3',
    (d) => d.layers[0].classLoad.pop(),
    false
  ),
  of('depth-usage', 'usage above 1', 'usage[0][1]: must be a finite number in 0..1, got 2', (d) => (d.usage[0][1] = 2)),
  of(
    'depth-usage',
    'a module that is not named',
    'executed[2][0]: must be an integer in -1..2, got 3',
    (d) => (d.tokens.executed[2][0] = 3),
    false
  ),
  of('depth-usage', 'no module', 'modules: must have at least 1 entries, got 0', (d) => (d.modules = [])),
  of(
    'router-confidence',
    'edges that go back',
    'edges[2]: must be greater than 0.05, the edge before, got 0',
    (d) => (d.edges[2] = 0),
    false
  ),
  of(
    'router-confidence',
    'a bin too few',
    'tokens: must have 20 entries, got 19',
    (d) => d.layers[0].tokens.pop(),
    false
  ),
  of('masks', 'an unknown mode', 'mode: must be one of mask, shrink, got "zero"', (d) => (d.mode = 'zero')),
  of('masks', 'a ragged grid', 'grid[1]: must have 16 entries, got 15', (d) => d.groups[0].grid[1].pop(), false),
  of(
    'merge-tree',
    'a cluster joined twice',
    'must be a cluster that no earlier join took',
    (d) => (d.layers[0].merges[1] = d.layers[0].merges[0]),
    false
  ),
  of(
    'merge-tree',
    'a join of what is not there yet',
    'merges[0].left: must be an integer in 0..7, got 9',
    (d) => (d.layers[0].merges[0].left = 9),
    false
  ),
  of(
    'pareto',
    'a point that is infinite',
    'points[0].x: must be a finite number, got null',
    (d) => (d.points[0].x = null)
  ),
  of(
    'pareto',
    'a front of points that are not there',
    'front[0]: must be an integer in 0..61, got 62',
    (d) => (d.front[0] = 62),
    false
  ),
  of(
    'graph-rewiring',
    'an edge to nowhere',
    'edges[0].to: must be an integer in 0..19, got 20',
    (d) => (d.edges[0].to = 20),
    false
  ),
  of(
    'graph-rewiring',
    'an edge in no state',
    'must be one of kept, added, removed, got "moved"',
    (d) => (d.edges[0].state = 'moved')
  ),
  of(
    'graph-rewiring',
    'a curvature before that is no number',
    'edges[0].before: must be null',
    (d) => (d.edges[0].before = 'flat')
  ),
  of(
    'graph-rewiring',
    'a whole that is smaller than its part',
    'of.edges: must be an integer of at least',
    (d) => (d.of = { nodes: 20, edges: 1 }),
    false
  ),
  of(
    'graph-rewiring',
    'a target that is no node',
    'sensitivity.targets[1]: must be an integer in 0..19, got 20',
    (d) => (d.sensitivity!.targets[1] = 20),
    false
  ),
  of(
    'graph-rewiring',
    'a target without its row',
    'sensitivity.decadesBelow: must have 3 entries, got 2',
    (d) => d.sensitivity!.decadesBelow.pop(),
    false
  ),
  of(
    'graph-rewiring',
    'a row that is not of all nodes',
    'sensitivity.decadesBelow[2]: must have 20 entries, got 19',
    (d) => d.sensitivity!.decadesBelow[2].pop(),
    false
  ),
  of(
    'graph-rewiring',
    'a sensitivity above the greatest',
    'sensitivity.decadesBelow[0][3]: must be null or a finite number of at least 0, got -1',
    (d) => (d.sensitivity!.decadesBelow[0][3] = -1)
  ),
  of(
    'timeline',
    'a span that ends before it starts',
    'spans[3].end: must be a finite number of at least',
    (d) => (d.spans[3].end = 0),
    false
  ),
  of(
    'timeline',
    'a device that is not named',
    'spans[0].device: must be an integer in 0..3, got 4',
    (d) => (d.spans[0].device = 4),
    false
  )
];
