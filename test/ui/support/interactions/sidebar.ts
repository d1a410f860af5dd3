/** The sidebar, in a notebook with two runs, the second called so, and with another notebook in the tab before. */
import { expect } from '@jupyterlab/galata';
import { execute } from '../notebook';
import type { IScene } from './scene';
import { layerOf, showTab } from './scene';

/** The sidebar finds runs, compares two, and keeps the pinned one when the document in the tab before is in front. */
export async function usesSidebar({ page }: IScene): Promise<void> {
  await execute(page, 'switchyard:open-sidebar');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  const rows = sidebar.locator('.jp-switchyard-runs > li');
  const views = sidebar.locator('.jp-switchyard-RunView');
  await expect(rows).toHaveCount(2);
  const search = sidebar.getByRole('searchbox', { name: 'Search runs' });
  await search.fill('second');
  await expect(rows).toHaveCount(1);
  await search.fill('no such run');
  await expect(sidebar).toContainText('No run matches “no such run”.');
  await search.fill('');
  await expect(rows).toHaveCount(2);

  const [first, second] = [rows.nth(0), rows.nth(1)];
  await first.locator('.jp-switchyard-run-show').click();
  await expect(first.locator('.jp-switchyard-run-show')).toHaveAttribute('aria-current', 'true');
  await second.getByRole('button', { name: /^Compare/ }).click();
  // Below the first in a narrow sidebar: only what is in view is drawn.
  await views.nth(1).scrollIntoViewIfNeeded();
  await showTab(views.nth(1), 'Experts');
  await expect(views.nth(0).getByRole('tab', { name: 'Experts' })).toHaveAttribute('aria-selected', 'true');
  await layerOf(views.nth(0)).selectOption('1');
  await views.nth(1).scrollIntoViewIfNeeded();
  await expect(layerOf(views.nth(1))).toHaveValue('1');
  await second.getByRole('button', { name: /^Compare/ }).click();
  await expect(views).toHaveCount(1);

  const pin = first.getByRole('button', { name: /^Pin/ });
  await pin.click();
  await execute(page, 'application:activate-previous-tab');
  await expect(rows).toHaveCount(1);
  await expect(pin).toHaveAttribute('aria-pressed', 'true');
  await execute(page, 'application:activate-next-tab');
  await expect(rows).toHaveCount(2);
  await pin.click();
  await expect(pin).toHaveAttribute('aria-pressed', 'false');
  await execute(page, 'application:toggle-right-area');
  await expect(sidebar).toBeHidden();
}
