import { elastic, models, nas, protocol, show, telemetry } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { expect, test } from 'vitest';
import { example } from '../../../support/payloads';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('coverage of a supernet: shares of slices by dimension, and of slices', () => {
  const model = models.mlp({ inputWidth: 4, hidden: [8], outputWidth: 2 });
  const net = elastic.supernet(model, { sizes: { hidden: [0.25, 0.5, 1] } });
  const points = [{ hidden: 1 }, { hidden: 0.25 }, { hidden: 1 }, { hidden: 1 }];
  const { kind, data } = show.choices(elastic.coverage(net, elastic.every({ points }), { steps: 5, seed: 1 }));
  expect(kind).toBe('choices');
  expect(data).toMatchObject({ measure: '', outcome: 'share of slices trained' });
  expect(data.method).toBe('5 steps, 20 slices; 2 of 3 slices trained at least once');
  expect(data.choices[0]).toEqual({
    label: 'hidden',
    value: null,
    options: [
      { label: '0.25', value: 0.25, count: 5 },
      { label: '0.5', value: 0, count: 0 },
      { label: '1', value: 0.75, count: 15 }
    ]
  });
  expect(data.choices[1].options.map(({ label, count }) => [label, count])).toEqual([['1', 15], ['0.25', 5]]); // prettier-ignore
  model.dispose();
});

test('coverage is what the task trains: the same points for the same step and seed', () => {
  const model = models.mlp({ inputWidth: 4, hidden: [8, 8], outputWidth: 2 });
  const net = elastic.supernet(model, { sizes: { '**hidden*': [0.25, 0.5, 1] } });
  const sampler = elastic.uniform({ count: 2 });
  const batch = { batch: () => 0, kind: 'none', fixed: {}, loss: () => 0 } as never;
  const task = elastic.task(batch, net, { sampler });
  const steps = range(30).map((i) => task.batch(i + 1, 7).points);
  const found = elastic.coverage(net, sampler, { steps: 30, seed: 7 });
  for (const { name, options } of found.dimensions) {
    for (const { value, count } of options) {
      expect(count).toBe(steps.flat().filter((point) => point[name] === value).length);
    }
  }
  expect(found.slices.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  expect(elastic.coverage(net, sampler, { steps: 30, seed: 8 })).not.toEqual(found);
  expect(() => elastic.coverage(net, sampler, { steps: 0, seed: 1 })).toThrow('elastic.coverage: steps must be');
  model.dispose();
});

test('importance of choices: the one that the value depends on, not the ones that it does not', async () => {
  const space = nas.space({ x: nas.float(0, 1), idle: nas.float(0, 1), kind: nas.categorical(['a', 'b']) });
  const result = await nas.study({
    ...{ space, storage: 'memory', progress: false, trials: 60, seed: 1 },
    evaluate: ({ candidate, number }) => (number === 3 ? NaN : (candidate.x as number) ** 2)
  });
  const found = await nas.importance(result, { space });
  expect(found.method).toBe('PED-ANOVA, 59 trials');
  expect(found.choices[0].label).toBe('x');
  expect(found.choices[0].importance).toBeGreaterThan(0.7);
  expect(found.choices.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 6);
  // Eight parts of as many trials, whose mean values rise.
  const { options } = found.choices[0];
  expect(options).toHaveLength(8);
  options.slice(1).forEach(({ mean }, i) => expect(mean!).toBeGreaterThan(options[i].mean!));
  const ofKind = found.choices.find(({ label }) => label === 'kind')!.options;
  expect(ofKind.map(({ label }) => label)).toEqual(['a', 'b']);
  expect(ofKind.reduce((sum, { count }) => sum + count, 0)).toBe(59);
  const { data } = show.choices(found);
  expect(data).toMatchObject({ measure: 'importance', outcome: 'mean value', method: 'PED-ANOVA, 59 trials' });
  data.choices.forEach(({ value }, i) => expect(value).toBeCloseTo(found.choices[i].importance, 4));
  await expect(nas.importance({ trials: result.trials.slice(0, 1) }, { space })).rejects.toThrow(
    'nas.importance: at least two trials must be complete and have "value", got 1'
  );
  await expect(nas.importance(result, { space, method: 'shapley' as never })).rejects.toThrow(
    'nas.importance: method must be'
  );
});

test('a choice that is not in every trial is left out of importance', async () => {
  const space = nas.space({ on: nas.categorical([true, false]), depth: nas.when('on', true, nas.integer(1, 4)) });
  const result = await nas.study({
    ...{ space, storage: 'memory', progress: false, trials: 20, seed: 1, repeats: true },
    evaluate: ({ candidate }) => (candidate.on === true ? 0 : 1)
  });
  const { choices } = await nas.importance(result, { space });
  expect(choices.map(({ label, importance }) => [label, importance])).toEqual([['on', 1]]);
});

test('the text has the most important first, the picture a bar a choice and a cell an option', () => {
  const payload = example('choices') as protocol.ChoicesPayload;
  const lines = String(show.figure(payload)).split('\n');
  expect(lines.slice(1, 4).map((line) => line.trim())).toEqual([
    'PED-ANOVA, 40 trials',
    expect.stringMatching(/^choice +importance +options: mean loss \(times\)$/),
    expect.stringMatching(/^learningRate +0\.52 +1e-4 to 3e-4: /)
  ]);
  const svg = new JSDOM(show.figure(payload).toSVG(), { contentType: 'image/svg+xml' }).window.document;
  expect(svg.querySelectorAll('g[aria-label="bar"] rect')).toHaveLength(5);
  expect(svg.querySelectorAll('g[aria-label="cell"] rect')).toHaveLength(3 + 4 + 3 + 6 + 2);
  expect(() => show.choices([])).toThrow('show.choices: there must be a choice, got none');
});

test('of hundreds of choices those that matter stay, and what is left out is said', () => {
  const many = range(400).map((i) => ({
    label: `a choice of some length, number ${i}`,
    value: (i * 37) % 400,
    options: range(100).map((o) => ({ label: `option ${o}`, value: o, count: 1 }))
  }));
  const { data } = telemetry.bound(show.choices(many)) as protocol.ChoicesPayload;
  expect(data.choices.length + data.omitted!).toBe(400);
  const kept = data.choices.map(({ value }) => value!);
  expect(Math.min(...kept)).toBe(400 - kept.length);
  const shown = data.choices.reduce((sum, { options }) => sum + options.length, 0);
  expect(data.omittedOptions).toBe(100 * kept.length - shown);
});

const SPOILT: [name: string, spoil: (data: protocol.ChoicesData) => void, message: string][] = [
  ['a value that is a word', (d) => (d.choices[0].value = 'much' as never), 'choices[0].value: must be null or a finite number, got "much"'], // prettier-ignore
  ['a count below 0', (d) => (d.choices[1].options[0].count = -1), 'choices[1].options[0].count: must be an integer of at least 0, got -1'], // prettier-ignore
  ['options that are none', (d) => (d.choices[0].options = {} as never), 'choices[0].options: must be an array'],
  ['a label that is too long', (d) => (d.choices[0].label = 'x'.repeat(257)), 'choices[0].label: must have at most 256 characters'] // prettier-ignore
];

test.each(SPOILT)('%s: refused', (_, spoil, message) => {
  const payload = example('choices') as protocol.ChoicesPayload;
  spoil(payload.data);
  expect(() => protocol.parsePayload(payload)).toThrow(message);
});
