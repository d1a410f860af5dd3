/** What narrow pages must not do: cut what is shown, or keep a control from the Tab key. */
import type { Locator } from '@playwright/test';

/** Elements that stick out of their panel or of the page, and words of figures that are cut or stand over others, a line each. */
export function cut(panel: Locator): Promise<string[]> {
  return panel.evaluate((panel) => {
    const right = Math.min(panel.getBoundingClientRect().right, window.innerWidth);
    const visible = (node: Element): boolean => node.getClientRects().length > 0;
    // The tables of numbers under pictures scroll.
    const scrolls = (node: Element): boolean => node.closest('.jp-switchyard-table table') !== null;
    const outside = [panel, ...panel.querySelectorAll('button, select, input, label, figcaption, th, td, .main-svg')]
      .filter((node) => visible(node) && !scrolls(node) && node.getBoundingClientRect().right > right + 1)
      .map((node) => `outside: ${node.outerHTML.slice(0, 120)}`);
    const axes = '.xtick text, .ytick text, .g-xtitle text, .g-ytitle text';
    const bars = '[class*="cbtitle"] text, .cbaxis text';
    const words = [...panel.querySelectorAll(`${axes}, ${bars}, .annotation-text, .bartext, .legendtext`)].filter(
      (node) => visible(node) && node.textContent.trim() !== ''
    );
    const boxes = words.map((node) => node.getBoundingClientRect());
    const clipped = words
      .filter((node, i) => {
        const svg = node.closest('.main-svg')!.getBoundingClientRect();
        const { left, right, top, bottom } = boxes[i];
        return left < svg.left - 1 || right > svg.right + 1 || top < svg.top - 1 || bottom > svg.bottom + 1;
      })
      .map((node) => `cut: ${node.textContent}`);
    const over = words.flatMap((node, i) =>
      words.slice(0, i).flatMap((other, j) => {
        const [a, b] = [boxes[i], boxes[j]];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        return wide > 2 && high > 4 && node.closest('figure') === other.closest('figure')
          ? [`one over the other: ${node.textContent} and ${other.textContent}`]
          : [];
      })
    );
    // A title stands under the labels of its axis, also where there is room between two of them.
    const among = [...panel.querySelectorAll('.main-svg .g-xtitle text')].filter(visible).filter((title) => {
      const top = title.getBoundingClientRect().top;
      const labels = [...title.closest('.main-svg')!.parentElement!.querySelectorAll('.xtick text')].filter(visible);
      const boxes = labels.map((label) => label.getBoundingClientRect()).filter((box) => box.top <= top + 4);
      return boxes.some((box) => box.bottom > top + 4);
    });
    const beside = among.map((title) => `among the labels of its axis: ${title.textContent}`);
    return [...outside, ...clipped, ...over, ...beside];
  });
}

/** Controls of a panel that lie on each other, a line each pair, and the panel where it is wider inside than out. */
export function crowded(panel: Locator): Promise<string[]> {
  return panel.evaluate((panel) => {
    const controls = [...panel.querySelectorAll('button, select, input')].filter((node) => node.checkVisibility());
    const boxes = controls.map((node) => node.getBoundingClientRect());
    const name = (i: number): string => controls[i].outerHTML.slice(0, 100);
    const pairs = boxes.flatMap((a, i) =>
      boxes.flatMap((b, j) => {
        const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const under = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        return j > i && over > 1 && under > 1 ? [`overlap: ${name(i)} and ${name(j)}`] : [];
      })
    );
    const wide =
      panel.scrollWidth > panel.clientWidth + 1 ? [`scrolls: ${panel.scrollWidth} in ${panel.clientWidth}`] : [];
    return [...pairs, ...wide];
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
