import { core, models, nas, routers } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const draws = (seed = 0) => core.Random.fromSeed(seed).generator();

/** Every kind of choice, with all that can stand between them. */
const everything = () =>
  nas.space({
    layers: nas.integer(1, 3),
    width: nas.integer(32, 128, { step: 32 }),
    rate: nas.float(1e-4, 1e-1, { log: true }),
    dropout: nas.float(0, 0.5),
    router: nas.categorical({ one: routers.topK({ k: 1 }), two: routers.topK({ k: 2 }) }),
    norm: nas.categorical(['layer', 'rms', null]),
    epsilon: nas.when('norm', ['layer', 'rms'], nas.float(1e-6, 1e-3, { log: true })),
    blocks: nas.repeated(
      'layers',
      nas.group({
        kernel: nas.categorical([3, 5, 7]),
        attention: nas.categorical([true, false]),
        heads: nas.when('attention', true, nas.integer(1, 4))
      })
    ),
    mixture: nas.simplex(['prose', 'python', 'typescript'])
  });

const finite = () =>
  nas.space({
    layers: nas.integer(1, 2),
    blocks: nas.repeated(
      'layers',
      nas.group({ on: nas.categorical([0, 1]), heads: nas.when('on', 1, nas.integer(1, 3)) })
    )
  });

describe('nas.space', () => {
  test('a candidate is nested as the space is, with what applies alone', () => {
    const space = everything();
    const point = space.complete({ layers: 2, router: 'two', norm: null, 'blocks.0.attention': true }, draws());
    const candidate = space.candidate(point) as Record<string, unknown> & { blocks: object[]; mixture: object };
    expect(candidate.router).toEqual({ kind: 'top-k', options: expect.objectContaining({ k: 2 }) });
    expect(candidate.blocks).toHaveLength(2);
    expect(candidate.blocks[0]).toMatchObject({ attention: true, heads: expect.any(Number) });
    expect(candidate).not.toHaveProperty('epsilon');
    const weights = Object.values(candidate.mixture) as number[];
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(JSON.parse(JSON.stringify(candidate))).toEqual(candidate);
  });

  test('samples are in the space, the same for the same seed, and encode and decode are inverse', () => {
    const space = everything();
    const [a, b] = [draws(3), draws(3)];
    for (let i = 0; i < 200; i++) {
      const point = space.sample(a);
      space.check(point);
      expect(space.sample(b)).toEqual(point);
      const again = space.decode(space.encode(point));
      expect(space.distance(point, again)).toBeLessThan(1e-9);
      expect(Object.keys(again)).toEqual(Object.keys(point));
      expect(space.encode(point)).toHaveLength(space.encode(space.sample(b)).length);
      space.sample(a);
    }
  });

  test('is JSON, and is made anew from it', () => {
    const { choices } = everything().data;
    const again = nas.space(JSON.parse(JSON.stringify(choices)));
    expect(again.data).toEqual(everything().data);
    expect(again.sample(draws(5))).toEqual(everything().sample(draws(5)));
  });

  test('counts what it goes through', () => {
    const space = finite();
    // A block is off, or on with 1 to 3 heads: 4 each, so 4 + 16.
    expect(space.size).toBe(20);
    const all = [...space.points()];
    expect(new Set(all.map((point) => space.hash(point))).size).toBe(20);
    all.forEach((point) => space.check(point));
    expect(everything().size).toBe(Infinity);
    expect(nas.space({ a: nas.repeated(40, nas.integer(1, 10)) }).size).toBeCloseTo(1e40, -27);
    expect(nas.space({ a: nas.float(2, 2) }).size).toBe(1);
  });

  test('drawn evenly over each choice; of logarithms over the ratio', () => {
    const next = draws(1);
    const space = nas.space({
      i: nas.integer(1, 1000, { log: true }),
      f: nas.float(1, 100, { log: true }),
      c: nas.integer(1, 4)
    });
    const points = Array.from({ length: 4000 }, () => space.sample(next));
    const share = (test: (point: nas.Point) => boolean): number => points.filter(test).length / points.length;
    expect(share(({ f }) => (f as number) < 10)).toBeCloseTo(0.5, 1);
    expect(share(({ i }) => (i as number) <= 31)).toBeCloseTo(Math.log(31.5 / 0.5) / Math.log(1000.5 / 0.5), 1);
    [1, 2, 3, 4].forEach((value) => expect(share(({ c }) => c === value)).toBeCloseTo(0.25, 1));
  });

  test('of a simplex its weights are encoded and compared: places that give one mixture are one', () => {
    const space = nas.space({ m: nas.simplex(['a', 'b', 'c']) });
    // Waiting times 1, 2, 1 and 2, 4, 2: one mixture.
    const [one, two] = [1, 2].map((rate) =>
      Object.fromEntries([1, 2, 1].map((time, i) => [`m.${'abc'[i]}`, 1 - Math.exp(-rate * time)]))
    );
    space.encode(one).forEach((weight, i) => expect(weight).toBeCloseTo([0.25, 0.5, 0.25][i], 12));
    space.encode(two).forEach((weight, i) => expect(weight).toBeCloseTo([0.25, 0.5, 0.25][i], 12));
    expect(space.distance(one, two)).toBeCloseTo(0, 12);
    const { m } = space.candidate(space.decode([0.2, 0.3, 0.5])) as { m: Record<string, number> };
    ['a', 'b', 'c'].forEach((part, i) => expect(m[part]).toBeCloseTo([0.2, 0.3, 0.5][i], 12));
  });

  test('a simplex is drawn evenly: each weight has the mean and the variance of a flat Dirichlet', () => {
    const space = nas.space({ m: nas.simplex(['a', 'b', 'c']) });
    const next = draws(2);
    const a = Array.from({ length: 4000 }, () => (space.candidate(space.sample(next)).m as { a: number }).a);
    const mean = a.reduce((x, y) => x + y) / a.length;
    expect(mean).toBeCloseTo(1 / 3, 1);
    expect(a.reduce((sum, x) => sum + (x - mean) ** 2, 0) / a.length).toBeCloseTo(1 / 18, 2);
  });

  test('neighbours and mutants differ in one choice; distance is by hand', () => {
    const space = finite();
    const point = { layers: 2, 'blocks.0.on': 1, 'blocks.0.heads': 1, 'blocks.1.on': 0 };
    const neighbours = space.neighbours(point, draws());
    // layers 1; first block off; heads 2; second block on.
    expect(neighbours).toHaveLength(4);
    expect(neighbours).toContainEqual({ layers: 1, 'blocks.0.on': 1, 'blocks.0.heads': 1 });
    expect(neighbours).toContainEqual({ layers: 2, 'blocks.0.on': 0, 'blocks.1.on': 0 });
    // Of four choices one is there in the first alone, and heads are half their range apart.
    expect(space.distance(point, { layers: 1, 'blocks.0.on': 1, 'blocks.0.heads': 2 })).toBeCloseTo(
      (1 + 0 + 0.5 + 1) / 4,
      12
    );
    const next = draws(4);
    for (let i = 0; i < 100; i++) {
      const mutant = space.mutate(point, next);
      space.check(mutant);
      expect(space.hash(mutant)).not.toBe(space.hash(point));
    }
  });

  test('with a rate each choice of a mutant is another with that chance', () => {
    const space = nas.space({ a: nas.repeated(10, nas.integer(0, 9)) });
    const point = space.sample(draws());
    const changes = (rate: number, next = draws(2)) =>
      Array.from({ length: 200 }, () => {
        const mutant = space.mutate(point, next, rate);
        return Object.keys(point).filter((label) => mutant[label] !== point[label]).length;
      });
    expect(new Set(changes(1))).toEqual(new Set([10]));
    const some = changes(0.3);
    // Of 2,000 choices 600, with a standard deviation of 20; in some mutants none.
    expect(Math.abs(some.reduce((a, b) => a + b, 0) - 600)).toBeLessThan(80);
    expect(some).toContain(0);
  });

  test('a child of two has the choices of either', () => {
    const space = nas.space({ a: nas.repeated(12, nas.integer(0, 9)) });
    const of = (value: number) => Object.fromEntries(space.leaves.map(({ label }) => [label, value]));
    const child = Object.values(space.cross(of(2), of(7), draws())!);
    expect(new Set(child)).toEqual(new Set([2, 7]));
  });

  test('graphs that differ in the numbers of their nodes are one', () => {
    const space = nas.space(
      { edge: nas.repeated(2, nas.categorical(['none', 'conv'])) },
      { canonical: ({ edge }) => [...(edge as string[])].sort() }
    );
    const hash = (a: string, b: string) => space.hash({ 'edge.0': a, 'edge.1': b });
    expect(hash('none', 'conv')).toBe(hash('conv', 'none'));
    expect(hash('none', 'conv')).not.toBe(hash('conv', 'conv'));
  });

  test('constraints hold for all that is made; one that nobody meets ends in an error', () => {
    const limit = (atMost: number) => ({
      name: 'sum',
      of: ({ a, b }: nas.Candidate) => (a as number) + (b as number),
      atMost
    });
    const choices = { a: nas.integer(0, 9), b: nas.integer(0, 9) };
    const space = nas.space(choices, { constraints: [limit(3)] });
    const next = draws();
    for (let i = 0; i < 50; i++) {
      const point = space.mutate(space.sample(next), next);
      expect((point.a as number) + (point.b as number)).toBeLessThanOrEqual(3);
      space.neighbours(point, next).forEach((each) => expect(space.isFeasible(each)).toBe(true));
    }
    expect([...space.points()]).toHaveLength(10);
    const nobody = nas.space(choices, { constraints: [limit(-1)] });
    expect(() => nobody.sample(next)).toThrow(
      'nas.space: of 10000 candidates one must meet the constraint "sum", got none'
    );
    const nan = nas.space(choices, { constraints: [{ name: 'nan', of: () => NaN, atMost: 1 }] });
    expect(() => nan.sample(next)).toThrow('"nan"');
  });

  test.each([
    [() => nas.space({}), 'nas.space: there must be a choice'],
    [() => nas.categorical([]), 'nas.categorical: there must be a value to choose'],
    [() => nas.categorical([1, 2, 1]), 'nas.categorical: each value must be there once, got 1'],
    [() => nas.integer(3, 1), 'nas.integer: high must be an integer of at least 3, got 1'],
    [() => nas.integer(1, 8, { step: 2 }), 'nas.integer: high must be low (1) and a multiple of step (2), got 8'],
    [() => nas.integer(0, 8, { log: true }), 'nas.integer: low must be an integer of at least 1, got 0'],
    [() => nas.float(0, 1, { log: true }), 'nas.float: low must be a number of at least 5e-324, got 0'],
    [() => nas.float(0, NaN), 'nas.float: high must be a number'],
    [() => nas.simplex(['a', 'a']), 'nas.simplex: parts must be two names or more, each once'],
    [() => nas.space({ '': nas.integer(1, 2) }), 'nas.space: a label must have at least one letter'],
    [
      () => nas.space({ 'a.b': nas.integer(1, 2), a: nas.group({ b: nas.integer(1, 2) }) }),
      'a label must be there once'
    ],
    [
      () => nas.space({ a: nas.when('b', 1, nas.integer(1, 2)) }),
      '"a" must name a choice that is given before it, got b'
    ],
    [
      () => nas.space({ b: nas.integer(1, 2), a: nas.when('b', 3, nas.integer(1, 2)) }),
      '"a" must wait for a value that "b" can have, got 3'
    ],
    [() => nas.space({ a: nas.repeated('n', nas.integer(1, 2)) }), '"a" must name a choice'],
    [
      () => nas.space({ n: nas.float(0, 1), a: nas.repeated('n', nas.integer(1, 2)) }),
      'the length of "a" must be an integer choice'
    ],
    [() => nas.space({ a: 3 as never }), '"a" must be a choice, such as nas.integer(1, 8), got 3'],
    [() => finite().check({ layers: 3 }), 'nas.space.check: "layers" must be a value of its choice'],
    [() => finite().check({ layers: 1, 'blocks.0.on': 0, x: 1 }), 'a point must have choices of the space'],
    [() => finite().check({ layers: 1, 'blocks.0.on': 0, 'blocks.0.heads': 1 }), '"blocks.0.heads" must be'],
    [() => [...everything().points()], 'nas.space.points: a space must be finite']
  ])('refuses %#', (act, message) => {
    expect(act).toThrow(message);
  });
});

describe('nas.space.of', () => {
  test('reads the axes of a model; each candidate is a spec that builds', () => {
    const model = models.mlp({ inputWidth: 8, hidden: [16, 12], outputWidth: 4 });
    const space = nas.space.of(model);
    const next = draws();
    for (let i = 0; i < 5; i++) {
      const spec = space.spec(space.candidate(space.sample(next)));
      const built = models.build(JSON.parse(JSON.stringify(spec)));
      expect(
        [...core.axesOf(built)].filter(([name]) => name in spec.sizes!).map(([name, { axis }]) => [name, axis.size])
      ).toEqual(Object.entries(spec.sizes!).filter(([name]) => core.axesOf(built).has(name)));
      built.dispose();
    }
    model.dispose();
  });

  test('options are choices too, and what the model has not is refused', () => {
    const model = models.mlp({ inputWidth: 8, hidden: [16], outputWidth: 4 });
    const space = nas.space.of(model, {
      options: { hidden: nas.repeated(2, nas.integer(4, 8, { step: 4 })) }
    });
    expect(space.size).toBe(4);
    const built = models.build(space.spec(space.candidate({ 'options.hidden.0': 8, 'options.hidden.1': 4 })));
    expect((built as models.Mlp).options.hidden).toEqual([8, 4]);
    expect(() => nas.space.of(model, { options: { depth: nas.integer(1, 2) } })).toThrow(
      'options must be of the model'
    );
    expect(() => nas.space.of(model, { axes: ['depth'] })).toThrow('axes must be ones that can be cut');
    built.dispose();
    model.dispose();
  });
});
