import { core, models, routers, show, tf } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { afterEach, describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../support/numeric';

const DISPLAY = Symbol.for('Jupyter.display');
const hooks = globalThis as unknown as Record<symbol, unknown>;
const CAPTURE = Symbol.for('switchyard.display');

type Shown = { 'text/plain': string; 'text/html': string; 'image/svg+xml': string };

/** As a kernel asks an object of a class. */
function shown(value: object): Shown {
  return (value as Record<symbol, () => Shown>)[DISPLAY]();
}

/** As our kernel asks a plain object. */
function shownData(value: object): Shown | null {
  const { showData } = hooks[Symbol.for('switchyard.kernel')] as { showData: (value: object) => Shown | null };
  return showData(value);
}

/** Parses as XML, which refuses what HTML would forgive. */
function parse(xml: string): Document {
  return new JSDOM(xml, { contentType: 'application/xml' }).window.document;
}

function fills(svg: string): (string | null)[] {
  return Array.from(parse(svg).querySelectorAll('g rect'), (rect) => rect.getAttribute('fill'));
}

const tensor = (values: number[] | number[][]): tf.Tensor => tf.tensor(values);

afterEach(() => {
  delete hooks[CAPTURE];
});

describe('a tensor', () => {
  test('says dtype, shape, smallest, largest, mean and its values', () => {
    const x = tensor([
      [1, 2.5, -3],
      [4, 0, 6]
    ]);
    expect(shown(x)['text/plain'].split('\n')).toEqual([
      'tensor float32 [2, 3]',
      'min -3, max 6, mean 1.75',
      '1  2.5  -3',
      '4    0   6'
    ]);
    x.dispose();
  });

  test('that is disposed says so', () => {
    const x = tensor([1, 2]);
    x.dispose();
    expect(shown(x)).toEqual({ 'text/plain': 'tensor float32 [2], disposed' });
  });

  test('counts what is not finite and leaves it out of the statistics', () => {
    const x = tensor([NaN, 1, Infinity, 3]);
    expect(shown(x)['text/plain']).toContain('min 1, max 3, mean 2, 2 not finite');
    const none = tensor([NaN, -Infinity]);
    expect(shown(none)['text/plain']).toContain('min NaN, max NaN, mean NaN, 2 not finite');
    expect(shown(none)['image/svg+xml']).not.toContain('"NaN"');
    tf.dispose([x, none]);
  });

  test.each([
    ['int32', () => tf.tensor([[1, 2]], [1, 2], 'int32'), 'min 1, max 2, mean 1.5'],
    ['bool', () => tf.tensor([true, false, true, true], [4], 'bool'), 'min 0, max 1, mean 0.75'],
    ['string', () => tf.tensor(['a"b', '<i>']), '2 values\n"a\\"b"  "<i>"'],
    ['complex64', () => tf.complex([1, 2], [3, 4]), '2 values'],
    ['no values', () => tf.zeros([0, 3]), '0 values'],
    ['a scalar', () => tf.scalar(7), 'min 7, max 7, mean 7\n7'],
    ['rank 3', () => tf.ones([2, 2, 2]), 'at [0]:\n1  1\n1  1']
  ])('of every kind is shown: %s', (_, make, text) => {
    const x = make();
    expectNoLeak(() => expect(shown(x)['text/plain']).toContain(text));
    x.dispose();
  });

  test('a matrix is coloured: white at 0, one colour above it, another below', () => {
    const x = tensor([
      [0, 4],
      [-4, 2]
    ]);
    const [zero, above, below, half] = fills(shown(x)['image/svg+xml']);
    expect(zero).toBe('#ffffff');
    expect([above, below]).toEqual(['#5e3c99', '#e66101']);
    expect([zero, above, below]).not.toContain(half);
    x.dispose();
  });

  test('a vector is bars as high as its values', () => {
    const x = tensor([1, -2, 4, 0]);
    const bars = Array.from(parse(shown(x)['image/svg+xml']).querySelectorAll('g rect'));
    const heights = bars.map((bar) => Number(bar.getAttribute('height')));
    expect(heights[1] / heights[0]).toBeCloseTo(2);
    expect(heights[2] / heights[0]).toBeCloseTo(4);
    expect(heights[3]).toBe(0);
    x.dispose();
  });

  test('that is large is shown in little, little of it is read, and nothing is kept', () => {
    const x = tf.range(0, 2000 * 1500).reshape([2000, 1500]);
    const backend = tf.backend() as unknown as { readSync(id: object): ArrayLike<unknown> };
    const { readSync } = backend;
    let read = 0;
    backend.readSync = function (id) {
      const values = readSync.call(this, id);
      read += values.length;
      return values;
    };
    try {
      expectNoLeak(() => {
        const bundle = shown(x);
        expect(bundle['text/plain'].length).toBeLessThan(1000);
        expect(bundle['image/svg+xml'].length).toBeLessThan(100_000);
        expect(bundle['image/svg+xml']).toContain('1 row in 84, 1 column in 38');
      });
    } finally {
      delete (backend as { readSync?: unknown }).readSync;
    }
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(1200);
    x.dispose();
  });
});

describe('a model', () => {
  const build = (): models.Transformer =>
    models.moeTransformer({ layers: 1, width: 16, contextLength: 8, experts: 4, router: routers.topK({ k: 2 }) });

  test('is a table of modules with shapes, parameters and active operations', () => {
    const model = build();
    const document = parse(shown(model)['text/html']);
    const rows = Array.from(document.querySelectorAll('tr'), (row) =>
      Array.from(row.children, (cell) => cell.textContent)
    );
    expect(rows[0]).toEqual(['module', 'kind', 'shapes', 'parameters', 'FLOPs a token']);
    expect(rows).toContainEqual(['layers.0.moe.router', 'top-k', 'weight [16, 4]', '64', '128']);
    expect(rows).toContainEqual(['tokens', 'embedding', 'weight [256, 16]', '4,096', '']);
    const number = (value: number): string => value.toLocaleString('en-US');
    const sums = [number(model.countParameters()), number(models.activeFlops(model))];
    expect(rows.at(-1)).toEqual(['all', '', '', ...sums]);
    const counted = rows.slice(1, -1).map((row) => Number(row[3]?.replaceAll(',', '')));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(model.countParameters());
    rows.flat().forEach((cell) => expect(shown(model)['text/plain']).toContain(cell));
    model.dispose();
  });

  test('whose blocks share modules counts each pass', () => {
    const model = models.wideNet({ layers: 3, width: 8, vocabSize: 8, experts: 2, router: routers.topK({ k: 1 }) });
    // Attention, the router and one expert, three times; the head.
    expect(models.activeFlops(model, { length: 1 })).toBe(3 * (8 * 8 * 8 + 4 * 8 + 2 * 8 * 2 + 4 * 8 * 32) + 2 * 8 * 8);
    const [sums] = shown(model)['text/plain'].split('\n').slice(-1);
    expect(sums).toMatch(new RegExp(`${models.activeFlops(model).toLocaleString('en-US')}$`));
    model.dispose();
  });

  test('of many modules is cut, its sums are not', () => {
    const model = models.denseTransformer({ layers: 30, width: 4, vocabSize: 4, contextLength: 4 });
    const text = shown(model)['text/plain'];
    expect(text.split('\n').length).toBeLessThan(90);
    expect(text).toMatch(/and \d+ more modules/);
    expect(text).toContain(model.countParameters().toLocaleString('en-US'));
    model.dispose();
  });

  test('whose names are markup is text', () => {
    class Odd extends core.Module {
      readonly kind = '<img src=x onerror=alert(1)>';

      constructor() {
        super();
        this.addParameter('a</td><script>"&', new core.Parameter(tf.ones([2]), { axes: [core.Axis.of('n', 2)] }));
      }

      apply(x: tf.Tensor): tf.Tensor {
        return x;
      }
    }
    const odd = new Odd();
    const document = new JSDOM(shown(odd)['text/html']).window.document;
    expect(document.querySelector('img, script')).toBeNull();
    expect(document.body.textContent).toContain('a</td><script>"& [2]');
    odd.dispose();
  });

  test('a router says how it chooses', () => {
    const router = routers.topK({ k: 2 }).build({ width: 8, numExperts: 4, random: core.Random.fromSeed(0) });
    expect(shown(router)['text/plain']).toMatch(/^top-k router: 2 of 4 experts\n/);
    router.dispose();
  });
});

describe('plain objects', () => {
  test('a router to be built is its kind and its options', () => {
    const text = shownData(routers.topK({ k: 3, scores: 'sigmoid' }))?.['text/plain'];
    expect(text).toMatch(/^top-k \{/);
    expect(text).toMatch(/k: 3\b/);
    expect(text).toContain("scores: 'sigmoid'");
    const inner = shownData(routers.unified({ router: routers.expertChoice({ k: 2 }) }))?.['text/plain'];
    expect(inner).toContain("kind: 'expert-choice', options: { k: 2");
  });

  test('other objects are not the library’s', () => {
    const getter = { get form(): string { throw new Error('read'); } }; // prettier-ignore
    const foreign = Object.assign(Object.create(getter) as object, { numTokens: 1 });
    for (const value of [{}, { kind: 'x' }, { form: 'sparse' }, { form: 'toString', numTokens: 1 }, [], foreign]) {
      expect(shownData(value)).toBeNull();
    }
  });
});

describe('a routing', () => {
  const base = { numTokens: 3, numExperts: 4 };
  const scores = (): { probs: tf.Tensor2D; logits: tf.Tensor2D } => ({
    probs: tf.ones([3, 4]),
    logits: tf.ones([3, 4])
  });

  test('says which token goes to which expert, and the load', () => {
    const routing: routers.Routing = {
      ...base,
      ...scores(),
      form: 'sparse',
      k: 2,
      indices: tf.tensor2d([[3, 0], [3, -1], [1, 3]], [3, 2], 'int32'), // prettier-ignore
      weights: tf.tensor2d([[0.75, 0.25], [1, 0], [0.5, 0.25]]) // prettier-ignore
    };
    expectNoLeak(() => {
      const bundle = shownData(routing);
      expect(bundle?.['text/plain'].split('\n')).toEqual([
        'routing (sparse): 3 tokens to 4 experts, K = 2',
        // Counts 1, 1, 0, 3: the largest is 1.4 above the mean of 1.25; one of four is dead.
        expect.stringMatching(/^load: MaxVio 1\.400, in use \d\d\.\d%, dead 25\.0%$/),
        'tokens of each expert: 1 1 0 3',
        'token 0: 3 (0.75), 0 (0.25)',
        'token 1: 3 (1)',
        'token 2: 1 (0.5), 3 (0.25)'
      ]);
      const colours = fills(bundle?.['image/svg+xml'] ?? '');
      // A bar for each of three experts in use, a cell for each of five choices.
      expect(colours).toHaveLength(8);
    });
    tf.dispose(Object.values(routing).filter((value) => value instanceof tf.Tensor));
    expect(shownData(routing)).toEqual({
      'text/plain': 'routing (sparse): 3 tokens to 4 experts, K = 2, disposed'
    });
  });

  const normal = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);

  const routed = (spec: routers.RouterSpec): routers.Routing => {
    const router = spec.build({ width: 4, numExperts: 64, random: core.Random.fromSeed(1) });
    const ctx = core.Context.create();
    return router.route(normal([500, 4], 1) as tf.Tensor2D, ctx);
  };

  const dense = (): routers.Routing => {
    const [probs, logits, weights] = [1, 2, 3].map((seed) => normal([500, 64], seed) as tf.Tensor2D);
    return { form: 'dense', numTokens: 500, numExperts: 64, probs, logits, weights };
  };

  test.each([
    ['dense', dense],
    ['slots', () => routed(routers.soft({ slots: 2 }))],
    ['sparse', () => routed(routers.topK({ k: 2 }))]
  ])('of many tokens is shown in little: %s', (form, make) => {
    const routing = make();
    expectNoLeak(() => {
      const bundle = shownData(routing);
      expect(bundle?.['text/plain']).toContain(`routing (${form}): 500 tokens to 64 experts`);
      expect(bundle?.['text/plain']).toContain('and 492 more tokens');
      expect(bundle?.['text/plain'].length).toBeLessThan(2000);
      expect(bundle?.['image/svg+xml'].length).toBeLessThan(150_000);
      expect(parse(bundle?.['image/svg+xml'] ?? '').documentElement.nodeName).toBe('svg');
    });
    tf.dispose(Object.values(routing).filter((value) => value instanceof tf.Tensor));
  });
});

describe('show', () => {
  type Message = { data: Record<string, unknown> };
  const capture = (): Message[] => {
    const messages: Message[] = [];
    hooks[CAPTURE] = { capture: () => (message: Message) => messages.push(message) };
    return messages;
  };

  test('publishes several forms in one output, bytes as base64', () => {
    const messages = capture();
    show.publish({ 'text/html': '<b>7</b>', 'image/png': new Uint8Array([1, 2, 3]), 'text/plain': '7' });
    expect(messages.map(({ data }) => data)).toEqual([
      { 'text/html': '<b>7</b>', 'image/png': 'AQID', 'text/plain': '7' }
    ]);
  });

  test('shows any value as the kernel would, in the cell that asked', async () => {
    const messages = capture();
    const x = tensor([5]);
    await show.value(x);
    await show.value(routers.hash());
    await show.value({ plain: 1 });
    const later = { [DISPLAY]: () => Promise.resolve({ 'text/markdown': '*later*' }) };
    const shownLater = show.value(later);
    const others = capture();
    await shownLater;
    expect(messages.map(({ data }) => data['text/plain'] ?? data['text/markdown'])).toEqual([
      'tensor float32 [1]\nmin 5, max 5, mean 5\n5',
      expect.stringMatching(/^hash /),
      '{ plain: 1 }',
      '*later*'
    ]);
    expect(others).toEqual([]);
    x.dispose();
  });
});
