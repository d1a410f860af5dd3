import { expect, test } from '@jupyterlab/galata';

test('the Help menu opens the reference, and what is searched in it is found', async ({ page }) => {
  await page.menu.clickMenuItem('Help>Switchyard Reference');
  const reference = page.locator('.jp-IFrame iframe').last().contentFrame();
  await expect(reference.getByRole('heading', { name: 'Switchyard' })).toBeVisible();
  await reference.locator('#tsd-search-trigger').click();
  await reference.locator('#tsd-search-input').fill('expertChoice');
  await expect(reference.locator('#tsd-search-results')).toContainText('routers.expertChoice');
  await page.screenshot({ path: 'test-results/reference.png' });
});
