import { inspect } from 'node:util';
import { adaptive, core, data, models, moe, peft, routers, telemetry, tf, train } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens } from '../../support/networks';

type Forms = Record<string, string>;
type Hooks = Record<symbol, { showData: (value: object) => Forms | null }>;

/** As our kernel shows a cell's last value. */
async function shown(value: unknown): Promise<Forms> {
  const { showData } = (globalThis as unknown as Hooks)[Symbol.for('switchyard.kernel')];
  return (await core.toBundle(value, showData)).data as Forms;
}

const ROUTER = routers.topK({ k: 2 });
const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 16 };
const text = data.fromStrings({
  one: new Array<string>(20).fill('a little text to begin with. '.repeat(20)),
  two: new Array<string>(20).fill('and one of another kind: '.repeat(20))
});
const random = core.Random.fromSeed(1);
const layer = moe.layer({ router: ROUTER, experts: 64, width: 6, hidden: 4, random });
const tokens = makeTokens(200);

describe('train.fit', () => {
  test('gives its losses and evaluations in words, and as curves', async () => {
    const history = {
      losses: Array.from({ length: 400 }, (_, i) => 4 - i / 200),
      validation: Array.from({ length: 20 }, (_, i) => ({
        step: 20 * (i + 1),
        loss: 3 - i / 10,
        r2: i / 20,
        byDomain: { one: 1 }
      }))
    };
    const forms = await shown(history);
    const lines = forms['text/plain'].split('\n');
    expect(lines[0]).toBe('400 steps: loss 4 at the first, 2.027 over the last 10');
    expect(lines[1].split(/ {2,}/)).toEqual(['after step', 'validation loss', 'r2']);
    expect(lines[2].trim().split(/ +/)).toEqual(['180', '2.2', '0.4']);
    expect(lines.at(-2)!.trim().split(/ +/)).toEqual(['400', '1.1', '0.95']);
    expect(lines.at(-1)).toBe('and 8 before');
    const svg = new JSDOM(forms['image/svg+xml'], { contentType: 'application/xml' }).window.document;
    expect(svg.querySelectorAll('path[stroke]').length).toBeGreaterThanOrEqual(2);
    expect(svg.documentElement.textContent).toContain('validation');
  });

  test('of no step, of one, and of losses that are no numbers', async () => {
    expect(await shown({ losses: [], validation: [] })).toEqual({ 'text/plain': '0 steps' });
    expect((await shown({ losses: [2], validation: [] }))['text/plain']).toBe(
      '1 step: loss 2 at the first, 2 over the last 1'
    );
    const broken = await shown({ losses: [NaN, NaN], validation: [{ step: 2, loss: NaN }] });
    expect(broken['text/plain']).toContain('- at the first');
  });
});

/** Results of the public door, each as a user gets it. */
const RESULTS: Record<string, () => unknown> = {
  'train.fit': () =>
    train.fit(models.denseTransformer(SIZE), text, { steps: 120, batchSize: 2, evaluateEvery: 5, progress: false }),
  'a model of many layers': () => models.moeTransformer({ ...SIZE, layers: 30, experts: 4, router: ROUTER }),
  'the spec of a model': () => models.moeTransformer({ ...SIZE, layers: 30, experts: 4, router: ROUTER }).spec,
  'data.fromStrings': () => text,
  'moe.upcycle': () => moe.upcycle(makeNetwork(), { router: ROUTER, experts: 64, random }),
  'moe.carve': () => moe.carve(makeNetwork({ hidden: 64 }), { experts: 64, k: 2, random }),
  'moe.mergeExperts': () => moe.mergeExperts(layer, { groups: 40, tokens }),
  'moe.compressExperts': () => moe.compressExperts(layer, { rank: 2 }),
  'moe.pruneExperts': () => moe.pruneExperts(layer, { keep: 32, tokens, random }),
  'peft.lora': () => peft.lora(models.denseTransformer(SIZE), { targets: ['layers.*.attention'], rank: 2 }),
  'a router': () => ROUTER.build({ width: 6, numExperts: 64, random }),
  'a routing': () => layer.router.route(tokens, core.Context.create()),
  'a parameter': () => layer.parameters().get('experts.w1'),
  'parameters by path': () => models.moeTransformer({ ...SIZE, layers: 30, experts: 4, router: ROUTER }).parameters(),
  'a tensor': () => tf.zeros([64, 64]),
  'core.axesOf': () => core.axesOf(models.moeTransformer({ ...SIZE, experts: 4, router: ROUTER })),
  'a recorder': () => telemetry.recorder(),
  'telemetry.loadMetrics': () => telemetry.loadMetrics(new Array<number>(64).fill(3), { k: 2 }),
  'adaptive.pathRouter': () => adaptive.pathRouter({ block: 0, costs: [0, 1], budget: 0.5 })
};

describe('no result of the public door fills pages', () => {
  test.each(Object.entries(RESULTS))('%s', async (_name, make) => {
    const { 'text/plain': plain } = await shown(await make());
    const lines = plain.split('\n');
    expect(lines.length, plain).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(400);
  });

  test('within another value a module and a tensor are a line each', () => {
    const x = tf.zeros([2, 3]);
    expect(inspect({ layer, x })).toBe('{ layer: [moe], x: [tensor float32 [2, 3]] }');
    x.dispose();
    expect(inspect([x])).toBe('[ [tensor float32 [2, 3], disposed] ]');
  });
});
