/** The panels on a plain page, in all themes, sizes and tabs, where JupyterLab's own pages are not in the way. */
import { expect, test } from '@playwright/test';
import type { Gallery } from './gallery/open';
import { Gallery as Opened } from './gallery/open';
import { EXAMPLES, payload } from './gallery/payloads';
import { axeScript } from './support/axe';

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
  await gallery.page.addScriptTag({ path: axeScript() });
});

test.afterAll(() => gallery.close());

/** What axe finds wrong in the panel, a line each. */
function violations(): Promise<string[]> {
  return gallery.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Element): Promise<{ violations: IViolation[] }> } };
    const found = await axe.run(document.querySelector('.jp-switchyard-Panel')!);
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`.slice(0, 800));
  });
}

interface IViolation {
  id: string;
  nodes: { html: string }[];
}

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
        wrong.push(...(await violations()).map((line) => `${tab}, ${theme}, ${scheme}: ${line}`));
      }
    }
    await gallery.colour('okabe-ito');
    expect(wrong).toEqual([]);
  });
}

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

/** Elements that stick out of the panel or whose text is cut, and plots wider than their place. */
function cut(): Promise<string[]> {
  return gallery.page.evaluate(() => {
    const panel = document.querySelector('.jp-switchyard-Panel')!;
    const { right } = panel.getBoundingClientRect();
    const visible = (node: Element): boolean => node.getClientRects().length > 0;
    const outside = Array.from(panel.querySelectorAll('button, select, input, label, figcaption, .main-svg'))
      .filter((node) => visible(node) && node.getBoundingClientRect().right > right + 1)
      .map((node) => `outside: ${node.outerHTML.slice(0, 120)}`);
    const clipped = Array.from(panel.querySelectorAll('.xtick text, .ytick text, .g-xtitle text, .g-ytitle text'))
      .filter((node) => {
        const svg = node.closest('.main-svg')!.getBoundingClientRect();
        const box = node.getBoundingClientRect();
        return visible(node) && (box.left < svg.left - 1 || box.right > svg.right + 1 || box.bottom > svg.bottom + 1);
      })
      .map((node) => `cut: ${node.textContent}`);
    return [...outside, ...clipped];
  });
}

for (const [title, width] of [
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
        wrong.push(...(await cut()).map((line) => `${name}, ${tab}: ${line}`));
      }
    }
    await gallery.page.setViewportSize({ width: 460, height: 1000 });
    expect(wrong).toEqual([]);
  });
}
