/** A heatmap that gets new numbers looks as one that is drawn whole from them. */
import { expect, test } from '@playwright/test';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Gallery } from './gallery/open';
import { Gallery as Opened } from './gallery/open';
import type { Gallery as Page } from './gallery/page';
import { simulated } from './gallery/payloads';
import type { Look } from './gallery/timing';

declare const window: { gallery: Page };

let gallery: Gallery;

test.beforeAll(async () => {
  gallery = await Opened.open();
});

test.afterAll(() => gallery.close());

interface IDrawn {
  payload: RoutingPayload;
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
  await gallery.page.evaluate(([payload, look]) => window.gallery.timing.first('load-heatmap', payload, look), [
    drawn.payload,
    drawn.look
  ] as const);
  await gallery.page.waitForFunction(() => document.querySelector('.main-svg .hm image') !== null);
}

function markup(): Promise<string> {
  return gallery.page.evaluate(() => window.gallery.timing.markup());
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
  const [updated, seen, hovered] = [await markup(), await picture(), await hoverText()];
  await first(after);
  if (!whole) {
    expect(updated).toBe(await markup());
  }
  expect(seen.equals(await picture())).toBe(true);
  expect(hovered).toEqual(await hoverText());
  return whole;
}

/** The words of a cell when it is pointed at. */
async function hoverText(): Promise<string[]> {
  const { x, y, width, height } = (await gallery.page.locator('.nsewdrag').boundingBox())!;
  await gallery.page.mouse.move(x + width * 0.7, y + height * 0.4);
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
    ...[wider, deeper, named, narrow, unbounded].map((payload) => ({ payload })),
    { payload: before, look: { layer: 3, expert: 4 } },
    { payload: before, theme: 'dark' },
    { payload: before, width: 620 }
  ];
  for (const each of after) {
    expect(await expectSame({ payload: before }, each)).toBe(true);
    expect(await expectSame(each, { payload: before })).toBe(true);
  }
});
