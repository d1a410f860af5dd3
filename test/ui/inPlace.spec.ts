/** A figure that gets new numbers looks as one that is drawn whole from them. */
import { expect, test } from '@playwright/test';
import type { ParetoPayload, Payload, RoutingPayload, TrialPayload } from '@switchyard/kernel-lib/protocol';
import type { Gallery } from './gallery/open';
import { Gallery as Opened } from './gallery/open';
import type { Gallery as Page } from './gallery/page';
import { simulated } from './gallery/payloads';
import { example } from './support/notebook';
import type { Look } from './gallery/timing';

declare const window: { gallery: Page };

let gallery: Gallery;

test.beforeAll(async () => {
  gallery = await Opened.open();
});

test.afterAll(() => gallery.close());

interface IDrawn {
  payload: Payload;
  /** Default: the heatmap of loads. */
  picture?: string;
  look?: Look;
  theme?: string;
  width?: number;
}

async function enter({ theme = 'light', width = 460 }: IDrawn): Promise<void> {
  await gallery.page.setViewportSize({ width, height: 1000 });
  await gallery.wear(theme);
}

async function first(drawn: IDrawn): Promise<void> {
  await enter(drawn);
  const { payload, look, picture = 'load-heatmap' } = drawn;
  await gallery.page.evaluate(([name, payload, look]) => window.gallery.timing.first(name, payload, look), [
    ...([picture, payload, look] as const)
  ] as const);
  await gallery.page.waitForFunction(() => document.querySelector('.main-svg :is(.hm image, .scatterlayer .trace)') !== null); // prettier-ignore
}

function markup(): Promise<string> {
  return gallery.page.evaluate(() => window.gallery.timing.markup());
}

function lightness(): Promise<number> {
  return gallery.page.evaluate(() => window.gallery.timing.lightness());
}

function picture(): Promise<Buffer> {
  return gallery.page.locator('.jp-switchyard-plot').screenshot({ animations: 'disabled' });
}

/** Draws one after the other, and the second by itself; expects the same picture. Whether plotly.js drew it whole. */
async function expectSame(before: IDrawn, after: IDrawn): Promise<boolean> {
  await first(before);
  await enter(after);
  const whole = await gallery.page.evaluate(([payload, look]) => window.gallery.timing.redraws(payload, look), [
    after.payload,
    after.look
  ] as const);
  const [updated, light, seen, hovered] = [await markup(), await lightness(), await picture(), await hoverText(after)];
  await first(after);
  if (!whole) {
    expect(updated).toBe(await markup());
  }
  // plotly.js counts the gaps between cells to the cells.
  expect(light).toBeCloseTo(await lightness(), 2);
  expect(seen.equals(await picture())).toBe(true);
  expect(hovered).toEqual(await hoverText(after));
  return whole;
}

/** The words of a cell, or of a point, when it is pointed at. */
async function hoverText({ payload }: IDrawn): Promise<string[]> {
  if (payload.kind !== 'routing') {
    const { x, y } = await gallery.page.evaluate(() => window.gallery.timing.place());
    await gallery.page.mouse.move(x, y);
  } else {
    const { x, y, width, height } = (await gallery.page.locator('.nsewdrag').boundingBox())!;
    await gallery.page.mouse.move(x + width * 0.7, y + height * 0.4);
  }
  await gallery.page.locator('.hovertext').waitFor();
  const words = await gallery.page.locator('.hovertext').allTextContents();
  await gallery.page.mouse.move(0, 0);
  await expect(gallery.page.locator('.hovertext')).toHaveCount(0);
  return words;
}

const SIZES: readonly [number, number][] = [
  [48, 128],
  [4, 16],
  [12, 40]
];

for (const [layers, experts] of SIZES) {
  test(`${layers} layers of ${experts} experts get new numbers in place, in any order and with any mark`, async () => {
    test.setTimeout(300_000);
    const [one, two] = await Promise.all([1, 2].map((seed) => simulated(layers, experts, 16, seed)));
    const looks: Look[] = [
      {},
      { layer: 2, expert: 5 },
      { choices: { 'load-heatmap.order': 'load' } },
      { choices: { 'load-heatmap.measure': 'importance' } }
    ];
    for (const look of looks) {
      for (const [before, after] of [
        [one, two],
        [two, one]
      ]) {
        expect(await expectSame({ payload: before, look }, { payload: after, look })).toBe(false);
      }
    }
  });
}

test('an unknown number, an even load and a dead layer are drawn in place as well', async () => {
  const before = await simulated(6, 24, 16, 1);
  const after = await simulated(6, 24, 16, 2);
  Object.assign(after.data.layers[1], { entropy: null, maxVio: null });
  after.data.layers[2].load.fill(1 / 24);
  after.data.layers[3].load.fill(0)[7] = 1;
  expect(await expectSame({ payload: before }, { payload: after })).toBe(false);
  expect(await expectSame({ payload: after }, { payload: before })).toBe(false);
});

test('what is no number draws the figure whole, with the same picture', async () => {
  test.setTimeout(300_000);
  const before = await simulated(6, 24, 16, 1);
  const wider = await simulated(6, 32, 16, 2);
  const deeper = await simulated(8, 24, 16, 2);
  const named = await simulated(6, 24, 16, 2);
  named.data.layers.forEach((layer, i) => (layer.path = `block${'abcdef'[i]}.moe <b>&`));
  const narrow = await simulated(6, 24, 16, 2);
  narrow.data.layers.forEach((layer) => Object.assign(layer, { k: 1 }));
  const unbounded = await simulated(6, 24, 16, 2);
  unbounded.data.layers.forEach((layer) => Object.assign(layer, { entropy: null, maxVio: null }));
  const after: IDrawn[] = [
    ...[wider, deeper, named, unbounded].map((payload) => ({ payload })),
    { payload: before, look: { layer: 3, expert: 4 } },
    { payload: before, theme: 'dark' },
    { payload: before, width: 620 }
  ];
  for (const each of after) {
    expect(await expectSame({ payload: before }, each)).toBe(true);
    expect(await expectSame(each, { payload: before })).toBe(true);
  }
  // The words of a bound are of its numbers.
  expect(await expectSame({ payload: before }, { payload: narrow })).toBe(false);
});

/** The quickstart's run at a step: its first steps close together, then as many as are kept. */
async function atStep(step: number, seed: number): Promise<RoutingPayload> {
  const payload = await simulated(4, 16, 16, seed);
  const { history } = payload.data;
  const steps = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48].filter((each) => each < step);
  const loads = payload.data.layers.map((layer) => [...steps, step].map((at) => layer.load.map((x, e) => x * (1 + ((at + e) % 5)) / 3))); // prettier-ignore
  Object.assign(history, { loadSteps: [...steps, step], load: loads });
  return payload;
}

test('load over time gets columns and moves its axis in place', async () => {
  test.setTimeout(300_000);
  const picture = 'load-over-time';
  const payloads = await Promise.all([9, 13, 14, 37, 52].map((step, i) => atStep(step, i)));
  const looks: Look[] = [{}, { layer: 2, expert: 5 }];
  for (const look of looks) {
    for (const [i, payload] of payloads.entries()) {
      const before = payloads[(i + 1) % payloads.length];
      expect(await expectSame({ picture, payload: before, look }, { picture, payload, look })).toBe(false);
    }
  }
});

/** A study of so many trials while it goes on: the last one is under way. Its values are up to twice `scale`. */
function study(count: number, scale = 1): TrialPayload {
  const payload = structuredClone(example('trial')) as TrialPayload;
  const [trial] = payload.data.trials;
  payload.data.trials = Array.from({ length: count }, (_, i) => {
    const value = scale * (((i * 7919) % 1000) / 1000 + 1 / (i + 1));
    const parameters = { x: ((i * 31) % 97) / 97, layers: 1 + (i % 8), kind: 'abc'[i % 3] };
    const state = i === count - 1 ? 'running' : i % 11 === 3 ? 'pruned' : 'complete';
    return { ...trial, number: i, state, parameters, values: [state === 'running' ? null : value] };
  }) as TrialPayload['data']['trials'];
  const done = payload.data.trials.filter(({ state }) => state === 'complete');
  const best = done.reduce((a, b) => (b.values[0]! < a.values[0]! ? b : a));
  payload.data.best = [best.number];
  return payload;
}

for (const picture of ['trial-values', 'trial-parallel']) {
  test(`${picture} of a study that goes on is drawn in place`, async () => {
    test.setTimeout(300_000);
    // Of the last one the labels beside the plot are wider.
    const studies = [study(4000), study(4001), study(4040), study(3000, 5000)];
    const looks: Look[] = [{}, { choices: { 'trial.chosen': '17' } }];
    for (const look of looks) {
      for (const [i, payload] of studies.entries()) {
        const before = studies[(i + 1) % studies.length];
        expect(await expectSame({ picture, payload: before, look }, { picture, payload, look })).toBe(false);
      }
    }
    // Another state is another name in the legend.
    const over = study(4001);
    over.data.trials.pop();
    const whole = await expectSame({ picture, payload: studies[0] }, { picture, payload: over });
    expect(whole).toBe(picture === 'trial-values');
  });
}

/** The plane of a search after so many candidates, with labels beside it as wide as `scale` has them. */
function plane(count: number, scale = 1): ParetoPayload {
  const payload = structuredClone(example('pareto')) as ParetoPayload;
  const points = Array.from({ length: count }, (_, i) => {
    const x = ((i * 7919) % 1000) / 100;
    return { label: `trial ${i}`, series: i % 2, x, y: scale * (Math.sqrt(x) - ((i * 31) % 97) / 97), low: null, high: null }; // prettier-ignore
  });
  const byCost = points.map((_, i) => i).sort((a, b) => points[a].x - points[b].x || points[b].y - points[a].y);
  let best = -Infinity;
  const front = byCost.filter((i) => points[i].y > best && ((best = points[i].y), true));
  const { x, y } = payload.data;
  payload.data = { x, y, series: ['search', 'single models'], points, front, trajectory: points.map((_, i) => i) };
  return payload;
}

test('pareto of a search that goes on is drawn in place', async () => {
  test.setTimeout(300_000);
  const picture = 'pareto';
  const planes = [plane(40), plane(41), plane(90), plane(60, 5000)];
  const looks: Look[] = [{}, { choices: { 'pareto.search': 'shown' } }];
  for (const look of looks) {
    for (const [i, payload] of planes.entries()) {
      const before = planes[(i + 1) % planes.length];
      expect(await expectSame({ picture, payload: before, look }, { picture, payload, look })).toBe(false);
    }
  }
  const uncertain = plane(41);
  Object.assign(uncertain.data.points[3], { low: 0, high: 1 });
  expect(await expectSame({ picture, payload: planes[0] }, { picture, payload: uncertain })).toBe(true);
});

test('a click on a point that was drawn in place means its trial', async () => {
  const picture = 'trial-values';
  await first({ picture, payload: study(4000) });
  const after = study(4040);
  expect(await gallery.page.evaluate((payload) => window.gallery.timing.redraws(payload), after)).toBe(false);
  const { x, y } = await gallery.page.evaluate(() => window.gallery.timing.place());
  await gallery.page.mouse.move(x, y);
  await gallery.page.locator('.hovertext').waitFor();
  const [words] = await gallery.page.locator('.hovertext').allTextContents();
  await gallery.page.mouse.click(x, y);
  const number = Number(/^trial (\d+):/.exec(words)![1]);
  expect(number).toBeGreaterThanOrEqual(3990);
  expect(await gallery.page.evaluate(() => window.gallery.timing.looked())).toEqual({ choices: { 'trial.chosen': String(number) } }); // prettier-ignore
});
