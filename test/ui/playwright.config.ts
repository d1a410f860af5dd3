import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { chromiumOptions } from './support/chromium';
import { freePort, logOf, python, RESULTS, ROOT } from './support/server';

// Workers load this file as well and must find the same port.
process.env.SWITCHYARD_UI_PORT ??= freePort();
const baseURL = `http://localhost:${process.env.SWITCHYARD_UI_PORT}`;
process.env.TARGET_URL = baseURL;

export default defineConfig({
  testDir: __dirname,
  outputDir: RESULTS,
  snapshotPathTemplate: '{testDir}/gallery/pictures/{arg}{ext}',
  grepInvert: process.env.SWITCHYARD_SCREENSHOTS ? undefined : /@screenshots/,
  // Half of a test's time it waits for a page, a server or a kernel. One server serves all.
  workers: Math.min(2, availableParallelism()),
  // A browser beside a server and kernels: what passes only at its second try is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], [join(__dirname, 'support/serverLog.ts')]],
  use: {
    baseURL,
    viewport: { width: 1280, height: 900 },
    video: 'off',
    trace: 'off',
    launchOptions: chromiumOptions()
  },
  webServer: {
    command: `"${python()}" -m jupyterlab --config "${join(__dirname, 'jupyter_server_config.py')}"`,
    cwd: ROOT,
    url: `${baseURL}/lab`,
    timeout: 120_000,
    // What it says goes to the file as soon as it reads its configuration; what goes wrong before is still seen here.
    env: { SWITCHYARD_UI_LOG: logOf('jupyterlab') },
    stdout: 'ignore'
  }
});
