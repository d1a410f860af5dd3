/** Menus, opened with the mouse as a reader opens them, in JupyterLab and in Notebook 7. */
import type { Locator, Page } from '@playwright/test';

/** Galata's page, or Playwright's own. */
type AnyPage = Pick<Page, 'locator' | 'getByText' | 'keyboard'>;

/** Chooses an entry: its words, from the menu bar down. */
export async function choose(page: AnyPage, ...path: [string, ...string[]]): Promise<void> {
  const entry = await pointAt(page, ...path);
  await entry.click();
}

/** Opens menus down to an entry, which is not chosen. */
export async function pointAt(page: AnyPage, bar: string, ...path: string[]): Promise<Locator> {
  await page.locator('.lm-MenuBar-item').getByText(bar, { exact: true }).click();
  let entry = page.locator('.lm-Menu');
  for (const label of path) {
    entry = page
      .locator('.lm-Menu-item')
      .filter({ has: page.getByText(label, { exact: true }) })
      .last();
    await entry.hover();
  }
  return entry;
}

/** How the entries of a menu are: "on" or "off", and "checked". */
export async function states(page: AnyPage, bar: string, labels: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const label of labels) {
    const entry = await pointAt(page, bar, label);
    const classes = (await entry.getAttribute('class')) ?? '';
    const words = [classes.includes('lm-mod-disabled') ? 'off' : 'on', classes.includes('lm-mod-toggled') && 'checked'];
    found[label] = words.filter(Boolean).join(', ');
    await page.keyboard.press('Escape');
  }
  return found;
}
