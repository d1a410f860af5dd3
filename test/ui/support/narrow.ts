/** What narrow pages must not do: cut what is shown, or keep a control from the Tab key. */
import type { Locator } from '@playwright/test';

/** Elements that stick out of their panel or of the page, and labels that are cut, a line each. */
export function cut(panel: Locator): Promise<string[]> {
  return panel.evaluate((panel) => {
    const right = Math.min(panel.getBoundingClientRect().right, window.innerWidth);
    const visible = (node: Element): boolean => node.getClientRects().length > 0;
    const outside = [panel, ...panel.querySelectorAll('button, select, input, label, figcaption, .main-svg')]
      .filter((node) => visible(node) && node.getBoundingClientRect().right > right + 1)
      .map((node) => `outside: ${node.outerHTML.slice(0, 120)}`);
    const clipped = [...panel.querySelectorAll('.xtick text, .ytick text, .g-xtitle text, .g-ytitle text')]
      .filter((node) => {
        const svg = node.closest('.main-svg')!.getBoundingClientRect();
        const box = node.getBoundingClientRect();
        return visible(node) && (box.left < svg.left - 1 || box.right > svg.right + 1 || box.bottom > svg.bottom + 1);
      })
      .map((node) => `cut: ${node.textContent}`);
    return [...outside, ...clipped];
  });
}

/** Controls of a panel that the Tab key does not reach from its first, or that it reaches out of view. */
export async function unreached(panel: Locator): Promise<string[]> {
  const page = panel.page();
  const wanted = await panel.evaluate((panel) => {
    const all = panel.querySelectorAll<HTMLElement>('button, select, input, summary, [tabindex="0"]');
    const controls = [...all].filter(
      (node) => node.checkVisibility() && node.tabIndex >= 0 && !(node as HTMLButtonElement).disabled
    );
    controls.forEach((node, i) => (node.dataset.control = String(i)));
    controls[0].focus();
    return controls.map((node, i) => `${i} ${node.tagName} ${node.getAttribute('aria-label') ?? node.textContent}`);
  });
  const reached = new Set<string>();
  for (const _ of wanted) {
    const control = await page.evaluate(() => {
      const node = document.activeElement as HTMLElement;
      const { top, bottom, left, right } = node.getBoundingClientRect();
      const seen = bottom > 0 && top < window.innerHeight && right > 0 && left < window.innerWidth;
      return seen ? node.dataset.control : undefined;
    });
    reached.add(control ?? '');
    await page.keyboard.press('Tab');
  }
  return wanted.filter((control) => !reached.has(control.split(' ')[0]));
}
