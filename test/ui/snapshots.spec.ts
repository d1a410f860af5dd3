/**
 * Every picture of every example payload, compared with those in `gallery/pictures`. After a wanted change:
 * `npx playwright test -c test/ui snapshots --update-snapshots`, then look at them.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Gallery } from './gallery/open';
import { Gallery as Opened } from './gallery/open';
import { EXAMPLES, payload } from './gallery/payloads';

const FOLDER = join(__dirname, 'gallery/pictures');
const MADE_WITH = join(FOLDER, 'madeWith.json');
const THEMES = ['light', 'dark'];
/** A run that goes on has the pictures of one that has ended; a large one is there for its heatmap. */
const PAYLOADS = [...EXAMPLES.filter((name) => name !== 'running'), '48x128'];

let gallery: Gallery;
/** Share of the pixels that may differ, and how far colours may be apart that count as the same, 0 to 1. */
let tolerated: { maxDiffPixelRatio: number; threshold: number };

test.beforeAll(async () => {
  gallery = await Opened.open();
  await gallery.wearFonts('DejaVu Sans', 'DejaVu Sans Mono');
  tolerated = toleratedBy(await gallery.chromium());
});

test.afterAll(() => gallery.close());

/** Another version of Chromium may draw the edges of letters and lines otherwise; a picture gone wrong differs by more. */
function toleratedBy(chromium: string): typeof tolerated {
  if (test.info().config.updateSnapshots === 'all' || !existsSync(MADE_WITH)) {
    writeFileSync(MADE_WITH, `${JSON.stringify({ chromium }, null, 2)}\n`);
  }
  const made = JSON.parse(readFileSync(MADE_WITH, 'utf8')) as { chromium: string };
  return { maxDiffPixelRatio: made.chromium === chromium ? 0.0005 : 0.02, threshold: 0.03 };
}

test('the fonts of the pictures are installed', async () => {
  expect(await gallery.missingFonts(), 'install them (Debian: fonts-dejavu-core)').toEqual([]);
});

for (const name of PAYLOADS) {
  test(`the pictures of ${name} look as they did`, async () => {
    test.setTimeout(120_000);
    await gallery.mount([await payload(name)]);
    const drawn: string[] = [];
    for (const tab of name === '48x128' ? ['Load'] : await gallery.tabs()) {
      for (const theme of THEMES) {
        await gallery.wear(theme);
        await gallery.select(tab);
        const file = `${tab.toLowerCase().replace(/\W+/g, '-')}-${theme}.png`;
        drawn.push(file);
        await expect.soft(gallery.panel).toHaveScreenshot([name, file], tolerated);
      }
    }
    expect(readdirSync(join(FOLDER, name)).sort(), 'none is kept that is no longer drawn').toEqual(drawn.sort());
  });
}

test('the page of pictures shows each of them', () => {
  const kept = PAYLOADS.flatMap((name) => readdirSync(join(FOLDER, name)).map((file) => `${name}/${file}`));
  const shown = readFileSync(join(FOLDER, 'README.md'), 'utf8').matchAll(/\(([\w./-]+\.png)\)/g);
  expect([...shown].map(([, file]) => file).sort()).toEqual(kept.sort());
});
