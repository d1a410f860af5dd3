import type { Payload, Trial, TrialPayload } from '@switchyard/kernel-lib/protocol';
import { bestSoFar } from '@switchyard/kernel-lib/protocol';
import { describe, expect, test } from 'vitest';
import type { IChartContext, IFigure } from '../../../../extension/charts/figure';
import { trialArchitecture } from '../../../../extension/charts/trial/trialArchitecture';
import { trialParallel } from '../../../../extension/charts/trial/trialParallel';
import { trialRungs } from '../../../../extension/charts/trial/trialRungs';
import { trialSteps } from '../../../../extension/charts/trial/trialSteps';
import { trialValues } from '../../../../extension/charts/trial/trialValues';
import { kindOf } from '../../../../extension/kinds';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

test('each trial stands at its number, and the line goes where the best so far is', () => {
  const payload = kind('trial');
  const { trials, best } = payload.data;
  const [line, complete, pruned, running, , outlined] = traces(trialValues(payload, context));
  expect(line).toMatchObject({ x: trials.map(({ number }) => number), y: bestSoFar(payload.data), mode: 'lines' });
  const done = trials.filter((trial, i) => trial.state === 'complete' && !best.includes(i));
  expect(complete).toMatchObject({ x: done.map(({ number }) => number), y: done.map(({ values }) => values[0]) });
  // The best stands out, and the one that is chosen.
  expect(outlined).toMatchObject({
    x: [trials[best[0]].number],
    y: [trials[best[0]].values[0]],
    marker: { size: [11] }
  });
  const chosen = { ...context, choices: { 'trial.chosen': '3' } };
  const marked = traces(trialValues(payload, chosen)).at(-1)!;
  expect(marked).toMatchObject({ customdata: [3, trials[best[0]].number], marker: { size: [9, 11] } });
  expect(traces(trialValues(payload, chosen)).filter(({ x }) => x.includes(3))).toHaveLength(2);
  expect(pruned).toMatchObject({ name: 'pruned' });
  // A trial that failed has no value, and so no mark; nor has one that is under way.
  expect(running).toMatchObject({ name: 'failed', x: [] });
  expect(trialValues(payload, context)!.summary).toContain(`The best is trial ${trials[best[0]].number} with`);
});

test('the table has the best first, marked, then the newest, with all that was tried', () => {
  const payload = kind('trial');
  const { trials, best } = payload.data;
  const { columns, rows } = trialValues(payload, context)!.table;
  expect(columns).toEqual([
    ...['trial', 'state', 'validation loss (nats)', 'experts', 'router', 'learningRate', 'sharedExpert'],
    ...['spent', 'seconds', 'made from']
  ]);
  expect(rows[0][0]).toBe(`★ ${trials[best[0]].number}`);
  expect(rows[1].slice(0, 3)).toEqual(['39', 'running', '–']);
  expect(rows).toHaveLength(40);
  expect(kindOf(payload as Payload).summary!(payload, context)!.table!.rows[0][0]).toBe(rows[0][0]);
});

test('an objective is chosen where there are several', () => {
  const payload = kind('trial');
  payload.data.objectives.push({ name: 'size', unit: 'MB', better: 'higher' });
  payload.data.trials.forEach((trial, i) => trial.values.push(i));
  const figure = trialValues(payload, { ...context, choices: { 'trial-values.objective': '1' } });
  expect(traces(figure)[0]).toMatchObject({ y: bestSoFar(payload.data, 1) });
  expect(figure!.choices).toMatchObject([{ selected: '1', options: [{}, { text: 'size (MB)' }] }]);
});

test('every trial has its way by step; the best lies on top, a pruned one ends in a cross', () => {
  const payload = kind('trial');
  const { trials, best } = payload.data;
  const figure = trialSteps(payload, context)!;
  expect(figure.data).toHaveLength(40);
  const last = figure.data[39] as { y: number[]; line: { color: string } };
  expect(last.y).toEqual(trials[best[0]].intermediate.values);
  expect(last.line.color).toBe(context.theme.text);
  const crosses = figure.data.filter((trace) => (trace as { marker: { symbol: string } }).marker.symbol === 'x');
  expect(crosses).toHaveLength(7);
  expect(figure.steps).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
});

test('the network of the best trial, or of the one that is chosen, from the input down', () => {
  const payload = kind('trial');
  const { trials, best, architectures } = payload.data;
  const figure = trialArchitecture(payload, context)!;
  const graph = architectures![trials[best[0]].architecture!];
  const [edges, nodes] = traces(figure);
  expect(nodes.y).toEqual(graph.nodes.map(({ layer }) => -layer));
  expect(nodes.text[2]).toBe('experts · 8 experts, top-k');
  // The fourth edge goes past the experts through a place of its own.
  expect(edges.x.slice(9, 13)).toEqual([graph.nodes[1].place, 1, graph.nodes[4].place, null]);
  expect(edges.y.slice(9, 13)).toEqual([-1, -2, -3, null]);
  expect(figure.summary).toContain(`Trial ${trials[best[0]].number} with validation loss`);
  expect(figure.table.rows[4]).toEqual(['5', 'add', '–', '3', '2, 3, 4']);
  expect(figure.choices![0]).toMatchObject({ selected: String(trials[best[0]].number) });
  expect(figure.choices![0].options).toHaveLength(40);
  const other = trialArchitecture(payload, { ...context, choices: { 'trial.chosen': '4' } })!;
  expect(other.summary).toContain('Trial 4 with');
  expect(traces(other)[1].text[2]).toContain(`${String(trials[4].parameters.experts)} experts`);
  trials.forEach((trial) => delete trial.architecture);
  expect(trialArchitecture(payload, context)).toBeNull();
});

test('a click on a trial chooses it in every picture, and a click on its row', () => {
  const payload = kind('trial');
  const at = { trace: 0, x: 0, y: 0, index: 0, data: 25 };
  const held = { ...context, choices: { other: 'kept' } };
  const view = { choices: { other: 'kept', 'trial.chosen': '25' } };
  expect(trialValues(payload, held)!.pick!(at)).toEqual(view);
  expect(trialRungs(payload, held)!.pick!(at)).toEqual(view);
  expect(trialParallel(payload, held)!.pick!(at)).toEqual(view);
  const { rows, pick } = trialValues(payload, held)!.table;
  expect(pick!(rows.findIndex(([number]) => number === '25'))).toEqual(view);
  const steps = trialSteps(payload, held)!;
  const trace = steps.data.findIndex(({ name }) => name === 'trial 25');
  expect(steps.pick!({ ...at, trace })).toEqual(view);
  expect(trialValues(payload, held)!.pick!({ ...at, data: undefined })).toEqual({});
  // The way of the one that is chosen lies on top, with that of the trial that it goes on from.
  const ways = trialSteps(payload, { ...context, ...view })!.data.slice(-2);
  expect(ways.map(({ name }) => name)).toEqual(['trial 24', 'trial 25']);
});

test('rungs: each trial at what was spent on it, with a line to the one that went on', () => {
  const payload = kind('trial');
  const figure = trialRungs(payload, context)!;
  const [ways, , ...fates] = traces(figure);
  expect(ways.x).toEqual([0, 1, null, 0, 1, null, 0, 1, null]);
  const value = (number: number) => payload.data.trials[number].values[0];
  expect(ways.y).toEqual([14, 24, 34].flatMap((number) => [value(number), value(number + 1), null]));
  expect(fates.map(({ name, x }) => [name, x.length])).toEqual([['complete', 31], ['stopped', 4], ['promoted', 3]]); // prettier-ignore
  expect(figure.summary).toBe('At 200: 4 stopped, 1 failed, 3 promoted. At 400: 31 complete, 1 running.');
  payload.source.status = 'running';
  expect(trialRungs(payload, context)!.summary).toContain('At 200: 4 paused');
  payload.data.trials.forEach((trial) => (trial.resource = 5));
  expect(trialRungs(payload, context)).toBeNull();
});

test('parallel coordinates: an axis for each choice that differs, the better objective above', () => {
  const payload = kind('trial');
  payload.data.trials = payload.data.trials.slice(0, 3);
  payload.data.best = [];
  payload.data.trials.forEach((trial, i) => {
    trial.parameters = { layers: 2 ** i, router: ['a', 'b', 'a'][i], same: 1 };
    trial.values = [i];
  });
  const figure = trialParallel(payload, context)!;
  // The rules, then five shades from the worst to the best: three trials fall into three of them.
  const [rules, ...lines] = traces(figure);
  expect(rules.x).toEqual([0, 0, null, 1, 1, null, 2, 2, null]);
  expect(lines.map(({ y }) => y).filter((y) => y.length > 0)).toEqual([[1, 0, 0, null], [0.5, 1, 0.5, null], [0, 0, 1, null]]); // prettier-ignore
  expect(figure.table.rows).toEqual([['layers', '1', '4'], ['router', 'a', 'b'], ['validation loss', '2', '0']]); // prettier-ignore
  payload.data.objectives[0].better = 'higher';
  expect(traces(trialParallel(payload, context)).at(-1)!.y).toEqual([1, 0, 1, null]);
  payload.data.trials.forEach((trial) => (trial.parameters = { same: 1 }));
  expect(trialParallel(payload, context)).toBeNull();
});

test('parallel coordinates of many trials: dots where no line reaches, and nowhere else', () => {
  const payload = kind('trial');
  const [trial] = payload.data.trials;
  const parameters = (i: number): Trial['parameters'] => (i === 70 ? { b: 1, d: 2 } : { a: i, b: 2, c: i, d: i % 7 });
  payload.data.trials = Array.from({ length: 80 }, (_, i) => ({ ...trial, number: i, parameters: parameters(i), values: [i % 5] })); // prettier-ignore
  payload.data.best = [];
  // The axes are a, b, c, d and the loss: of trial 70 a line joins d and the loss, and nothing reaches b.
  const dots = traces(trialParallel(payload, context)).filter(({ mode }) => mode!.includes('markers'));
  expect(dots).toHaveLength(1);
  expect(dots[0]).toMatchObject({
    x: [0, 1, 2, 3, 4, null],
    y: [null, 0, null, null, null, null],
    customdata: [70, 70, 70, 70, 70, null]
  });
  payload.data.trials = payload.data.trials.slice(0, 60);
  const few = traces(trialParallel(payload, context)).slice(1);
  expect(new Set(few.map(({ mode }) => mode))).toEqual(new Set(['lines+markers']));
});

test('labels stay text, and nothing is drawn of nothing', () => {
  const payload = kind('trial');
  payload.data.objectives[0].name = '<b>loss</b>';
  payload.data.trials[0].parameters = { '<i>': '<img src=x>' };
  payload.data.architectures!.forEach(({ nodes }) =>
    nodes.forEach((node) => Object.assign(node, { label: '<b>', detail: '<i>' }))
  );
  payload.data.trials[1].parameters = { '<i>': '<u>' };
  expect(drawnText(trialArchitecture(payload, context)).replaceAll('<br>', '')).not.toContain('<');
  expect(drawnText(trialRungs(payload, context))).not.toContain('<');
  expect(drawnText(trialParallel(payload, context))).not.toContain('<');
  expect(drawnText(trialValues(payload, context))).not.toContain('<');
  expect(drawnText(trialSteps(payload, context))).not.toContain('<');
  payload.data.trials = [];
  payload.data.best = [];
  const charts = [trialValues, trialSteps, trialRungs, trialParallel, trialArchitecture];
  expect(charts.map((chart) => chart(payload, context))).toEqual(charts.map(() => null));
});

/** A study of ten thousand trials that still get better now and then, on three rungs. */
function many(): TrialPayload {
  const payload = kind('trial');
  const trials = Array.from({ length: 10_000 }, (_, number): Trial => {
    // Scattered, and lower the later.
    const value = ((number * 7919) % 1009) / 1009 + 3 / Math.sqrt(number + 1);
    return {
      ...{
        number,
        state: number % 3 === 0 ? 'pruned' : 'complete',
        values: [value],
        duration: 1,
        resource: 1 + (number % 3)
      },
      parameters: { width: number % 64, rate: 1 / (number + 1), kind: `kind ${number % 5}` },
      parent: number % 3 === 0 ? null : number - 1,
      intermediate: { steps: [1, 2, 3], values: [3, 2, value] }
    };
  });
  const best = trials.reduce((least, { values: [value] }, i) => (value! < trials[least].values[0]! ? i : least), 0);
  return { ...payload, data: { ...payload.data, trials, best: [best], architectures: [] } };
}

const marksOf = (figure: IFigure | null) =>
  traces(figure).filter(({ mode }) => mode === 'markers').flatMap(({ x }) => x); // prettier-ignore

describe('of ten thousand trials', () => {
  const payload = many();
  const { trials, best } = payload.data;
  const CHOSEN = 4321;
  const chosen = { ...context, choices: { 'trial.chosen': String(CHOSEN) } };
  /** The numbers of the trials of a picture's marks and lines. */
  const numbersOf = (figure: IFigure | null): Set<number> =>
    new Set(figure!.data.flatMap((trace) => ((trace as { customdata?: (number | null)[] }).customdata ?? []).filter((n) => n !== null))); // prettier-ignore

  test.each<[string, (payload: TrialPayload, from: IChartContext) => IFigure | null, number]>([
    ['values', trialValues, 512],
    ['rungs', trialRungs, 512],
    ['parallel coordinates', trialParallel, 192]
  ])(
    '%s: some are drawn, the best, the newest and the chosen one among them, and how many is said',
    (name, chart, most) => {
      const figure = chart(payload, chosen)!;
      const drawn = numbersOf(figure);
      expect(drawn.size).toBeGreaterThanOrEqual(most);
      // The chosen one, and on rungs those that it comes from, are beside them.
      expect(drawn.size).toBeLessThanOrEqual(most + 3);
      const newest = trials.slice(-most / 8).map(({ number }) => number);
      expect([trials[best[0]].number, CHOSEN, ...newest].filter((number) => !drawn.has(number))).toEqual([]);
      // The others are from everywhere: of each tenth of the study some.
      expect(new Set([...drawn].map((number) => Math.floor(number / 1000))).size).toBe(10);
      expect(figure.summary).toContain(`${drawn.size} of 10000 are drawn`);
      expect(JSON.stringify(figure.layout.annotations)).toContain(`${drawn.size} of 10000 drawn`);
      if (name === 'parallel coordinates') {
        // Five shades, the rules, and the chosen one once more: a point an axis and a gap.
        expect(traces(figure).flatMap(({ x }) => x).length).toBeLessThan(6 * (most + 10));
      } else {
        expect(marksOf(figure)).toHaveLength(drawn.size);
      }
    }
  );

  test('values on the way: a curve for few, and a click on one chooses its trial', () => {
    const figure = trialSteps(payload, chosen)!;
    expect(figure.data.length).toBeGreaterThanOrEqual(64);
    expect(figure.data.length).toBeLessThanOrEqual(67);
    expect(figure.summary).toContain('10000 trials');
    expect(figure.summary).toContain(`${figure.data.length} of 10000 are drawn`);
    figure.data.forEach(
      (trace, i) =>
      expect(`trial ${figure.pick!({ trace: i, data: null } as never).choices!['trial.chosen']}`).toBe((trace as { name: string }).name) // prettier-ignore
    );
    expect((figure.data.at(-1) as { name: string }).name).toBe(`trial ${CHOSEN}`);
  });

  test('the line of the best bends where it did, with no point between', () => {
    const [line] = traces(trialValues(payload, context));
    const whole = bestSoFar(payload.data);
    expect(line.x.length).toBeLessThan(200);
    let at = 0;
    whole.forEach((value, i) => {
      at += line.x[at + 1] === i ? 1 : 0;
      expect(line.y[at]).toBe(value);
    });
  });

  test('a front of thousands has half of the marks', () => {
    const data = { ...payload.data, best: trials.map((_, i) => i).filter((i) => i % 2 === 0) };
    const drawn = numbersOf(trialValues({ ...payload, data }, context));
    expect(drawn.size).toBe(512);
    expect([...drawn].filter((number) => number % 2 === 0).length).toBeGreaterThanOrEqual(256);
    expect([...drawn].filter((number) => number % 2 === 1).length).toBeGreaterThan(50);
  });
});

test('of few trials all are drawn, and nothing is said of it', () => {
  const payload = kind('trial');
  for (const chart of [trialValues, trialSteps, trialRungs, trialParallel]) {
    const figure = chart(payload, context)!;
    expect(figure.summary).not.toContain('drawn');
    expect(JSON.stringify(figure.layout)).not.toContain('drawn');
  }
});
