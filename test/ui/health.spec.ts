import { expect, galata, test } from '@jupyterlab/galata';
import { openNotebook, panelOf, start } from './support/notebook';
import { tinyTraining } from './support/tinyTraining';

/** Settings of the panel beside the defaults. */
const settings = (own: object): Record<string, unknown> => ({
  ...galata.DEFAULT_SETTINGS,
  'jupyterlab-switchyard:plugin': own
});

/** A run whose first layer sends all tokens to the same two experts of sixteen from step 6 on; it waits at step 15 for a file. */
const COLLAPSES = `import time, replay
from pathlib import Path
from IPython.display import display
TWO, FAIR = [0.5, 0.5] + [0] * 14, [1 / 16] * 16
def sent(step):
    payload = replay.at(step, 30)
    payload["data"]["layers"][0]["load"] = TWO if step >= 6 else FAIR
    payload["data"]["layers"][3]["load"] = FAIR
    payload["data"]["history"]["loadSteps"] = [1, 6, 12][: 1 + step // 6]
    kept = [FAIR, TWO, TWO][: 1 + step // 6]
    payload["data"]["history"]["load"] = [kept] + [[FAIR] * len(kept)] * 3
    return replay.bundle(payload)
handle = display(sent(0), raw=True, display_id=True)
for step in range(1, 16):
    time.sleep(0.05)
    handle.update(sent(step), raw=True)
while not Path("go").exists():
    time.sleep(0.05)
handle.update(sent(30), raw=True)`;

const LINE = 'layer 0 collapsed since step 6';

test.describe('with notifications', () => {
  test.use({ mockSettings: settings({ whenUnhealthy: 'notify' }) });

  test('a collapsed layer is named in header, sidebar and status bar, and notified of once', async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, [COLLAPSES]);
    await start(page, 'notebook:run-all-cells');
    await expect(panelOf(page).locator('.jp-switchyard-health')).toHaveText(LINE);
    await expect(page.locator('.jp-switchyard-RunStatus button')).toHaveText(
      /^training 15 of 30, .*; layer 0 collapsed/
    );
    const told = page.locator('.Toastify__toast');
    await expect(told).toHaveCount(1);
    await expect(told).toContainText(`${LINE} (`);
    await page.screenshot({ path: 'test-results/health.png' });
    await told.getByRole('button', { name: 'Show' }).click();
    await page.sidebar.open('right');
    await page.evaluate(() => window.jupyterapp.commands.execute('switchyard:open-sidebar'));
    const row = page.locator('.jp-switchyard-runs li');
    await expect(row.locator('.jp-switchyard-health')).toHaveText(LINE);
    await page.screenshot({ path: 'test-results/healthSidebar.png' });
    await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
    await expect(panelOf(page).locator('.jp-switchyard-badge')).toHaveText('finished');
    await expect(told).toHaveCount(0);
  });
});

test.describe('where trainings are to wait', () => {
  // Every layer has less than all of the way left.
  test.use({ mockSettings: settings({ whenUnhealthy: 'pause', collapsedBelow: 100 }) });

  test('a real training waits by itself, and goes on when it is resumed', async ({ page, tmpPath }) => {
    test.setTimeout(240_000);
    await openNotebook(page, tmpPath, [tinyTraining(1_000_000)], { kernel: 'switchyard' });
    await start(page, 'notebook:run-all-cells');
    const panel = panelOf(page);
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('paused', { timeout: 120_000 });
    await expect(page.locator('.Toastify__toast')).toContainText('Training paused: 2 layers collapsed (0, 1)');
    await panel.getByRole('button', { name: 'Resume' }).click();
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
    await panel.getByRole('button', { name: 'Stop' }).click();
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('stopped');
  });
});
