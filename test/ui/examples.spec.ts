import { expect, test } from '@jupyterlab/galata';

test('the launcher has a card that copies a shipped notebook into the folder, with its pictures, and opens it', async ({
  page,
  tmpPath
}) => {
  await page.filebrowser.openDirectory(tmpPath);
  await page.locator('.jp-LauncherCard', { hasText: 'Switchyard examples' }).click();
  const dialog = page.locator('.jp-Dialog');
  await dialog.locator('select').selectOption({ label: 'Quickstart: watch a mixture of experts learn' });
  await page.screenshot({ path: 'test-results/examples.png' });
  await dialog.getByRole('button', { name: 'Ok' }).click();
  await expect(page.getByRole('tab', { name: 'quickstart.ipynb' })).toBeVisible();
  await expect(page.locator('.jp-switchyard-Summary').first()).toBeVisible();
  expect(await page.contents.fileExists(`${tmpPath}/quickstart.ipynb`)).toBe(true);
});
