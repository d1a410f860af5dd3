/** Saving pictures from their menus, by keys. */
import { readFileSync } from 'node:fs';
import { expect } from '@jupyterlab/galata';
import type { Download, Locator, Page } from '@playwright/test';

/** Galata's page, or Playwright's own. */
type AnyPage = Pick<Page, 'waitForEvent' | 'keyboard' | 'getByRole'>;

/** Name and content of the file that a choice saves. */
export async function saved(page: AnyPage, choose: () => Promise<unknown>): Promise<[string, Buffer]> {
  const waiting: Promise<Download> = page.waitForEvent('download');
  await choose();
  const download = await waiting;
  return [download.suggestedFilename(), readFileSync(await download.path())];
}

/** Opens the menu of a picture by keys and goes down to a format. */
export async function pick(page: AnyPage, picture: Locator, downs: number): Promise<void> {
  await picture.getByRole('button', { name: /^Export/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Picture as SVG' })).toBeVisible();
  for (let i = 0; i < downs; i++) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
}
