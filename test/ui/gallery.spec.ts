/** The panels on a plain page, in all themes, sizes and tabs, where JupyterLab's own pages are not in the way. */
import { expect, test } from '@playwright/test';
import type { Gallery } from './gallery/open';
import type { Gallery as GalleryPage } from './gallery/page';
import { Gallery as Opened } from './gallery/open';
import { EXAMPLES, largeGraph, payload } from './gallery/payloads';
import { violations } from './support/axe';
import { MIN_WIDTH } from '../../extension/base/width';
import { cut } from './support/narrow';

declare const window: { gallery: GalleryPage };

/** Every theme, and one more look with other colours. */
const LOOKS = [
  ['light', 'okabe-ito'],
  ['dark', 'okabe-ito'],
  ['dark-high-contrast', 'okabe-ito'],
  ['light', 'tol']
] as const;

let gallery: Gallery;

test.beforeAll(async () => {
  gallery = await Opened.open();
});

test.afterAll(() => gallery.close());

for (const name of EXAMPLES) {
  test(`axe finds nothing wrong with ${name}, in any tab and theme`, async () => {
    test.setTimeout(300_000);
    await gallery.mount([await payload(name)]);
    const wrong: string[] = [];
    for (const tab of await gallery.tabs()) {
      await gallery.select(tab);
      await gallery.openNumbers();
      for (const [theme, scheme] of LOOKS) {
        await gallery.colour(scheme);
        await gallery.wear(theme);
        await gallery.drawn();
        wrong.push(
          ...(await violations(gallery.page, '.jp-switchyard-Panel')).map(
            (line) => `${tab}, ${theme}, ${scheme}: ${line}`
          )
        );
      }
    }
    await gallery.colour('okabe-ito');
    expect(wrong).toEqual([]);
  });
}

test('axe finds nothing wrong with a graph that its kernel told, in any theme', async () => {
  test.setTimeout(120_000);
  const { payload: part, details } = largeGraph({ nodes: 2000, radius: 0.03 });
  await gallery.mount([part], {}, details);
  const wrong: string[] = [];
  await gallery.openNumbers();
  for (const [theme, scheme] of LOOKS) {
    await gallery.colour(scheme);
    await gallery.wear(theme);
    await gallery.drawn();
    wrong.push(
      ...(await violations(gallery.page, '.jp-switchyard-Panel')).map((line) => `${theme}, ${scheme}: ${line}`)
    );
  }
  await gallery.colour('okabe-ito');
  expect(wrong).toEqual([]);
});

test('forty graphs stand on one page, each drawn: browsers allow some sixteen contexts of a GPU', async () => {
  test.setTimeout(120_000);
  const { payload: part, details } = largeGraph({ nodes: 2000, radius: 0.03 });
  const inks = await gallery.page.evaluate(([part, told]) => window.gallery.graphs(part, told, 40), [
    part,
    details
  ] as const);
  expect(inks).toHaveLength(40);
  expect(Math.min(...inks)).toBeGreaterThan(1000);
  expect(new Set(inks).size).toBe(1);
});

/** Controls that the Tab key should reach, numbered as they come, in words. */
function controls(): Promise<string[]> {
  return gallery.page.evaluate(() =>
    Array.from(document.querySelectorAll<HTMLElement>('button, select, input, summary, [tabindex="0"]'))
      .filter((node) => node.checkVisibility() && node.tabIndex >= 0 && !(node as HTMLButtonElement).disabled)
      .map((node, i) => {
        node.dataset.control = String(i);
        return `${i} ${node.tagName} ${node.getAttribute('aria-label') ?? node.textContent}`;
      })
  );
}

test('the Tab key reaches every control of every tab', async () => {
  test.setTimeout(120_000);
  for (const name of ['finished', 'depth-usage'] as const) {
    await gallery.mount([await payload(name)]);
    for (const tab of await gallery.tabs()) {
      await gallery.select(tab);
      const wanted = await controls();
      const reached = new Set<string | undefined>();
      await gallery.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      for (let i = 0; i < wanted.length + 3; i++) {
        await gallery.page.keyboard.press('Tab');
        reached.add(await gallery.page.evaluate(() => (document.activeElement as HTMLElement).dataset.control));
      }
      const missed = wanted.filter((control) => !reached.has(control.split(' ')[0]));
      expect(missed, `${name}, ${tab}`).toEqual([]);
    }
  }
});

test('what is typed on the keyboard arrives in the fields', async () => {
  await gallery.mount([await payload('finished')]);
  await gallery.select('Scalars');
  const from = gallery.page.locator('[aria-label="First step in view"]:visible');
  await from.fill('');
  await from.pressSequentially('120');
  await expect(from).toHaveValue('120');
  await from.press('Enter');
  await expect(gallery.page.locator('button:visible', { hasText: 'All steps' })).toBeEnabled();
  await gallery.select('Tokens');
  const search = gallery.page.getByLabel('Search the text');
  await search.pressSequentially('self');
  await expect(search).toHaveValue('self');
});

for (const [title, width] of [
  ['a panel of its least width', MIN_WIDTH],
  ['a page of 360 pixels', 360],
  ['twice the zoom on a page of 800', 400]
] as const) {
  test(`on ${title} nothing is cut`, async () => {
    test.setTimeout(300_000);
    await gallery.wear('light');
    await gallery.page.setViewportSize({ width, height: 900 });
    const wrong: string[] = [];
    for (const name of EXAMPLES) {
      await gallery.mount([await payload(name)]);
      for (const tab of await gallery.tabs()) {
        await gallery.select(tab);
        wrong.push(...(await cut(gallery.panel)).map((line) => `${name}, ${tab}: ${line}`));
      }
    }
    await gallery.page.setViewportSize({ width: 460, height: 1000 });
    expect(wrong).toEqual([]);
  });
}

test('titles of axes stand under the labels, at any number of experts', async () => {
  test.setTimeout(120_000);
  await gallery.wear('light');
  const wrong: string[] = [];
  // Of an even number of experts none is in the middle of its axis.
  for (const size of ['2x2', '2x3', '3x4', '2x6', '2x24']) {
    await gallery.mount([await payload(size)]);
    for (const tab of ['Load', 'Experts']) {
      await gallery.select(tab);
      wrong.push(...(await cut(gallery.panel)).map((line) => `${size}, ${tab}: ${line}`));
    }
  }
  expect(wrong).toEqual([]);
});
