import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { chromiumOptions } from './support/chromium';

const root = join(__dirname, '../..');
// Workers load this file as well and must find the same port.
process.env.SWITCHYARD_UI_PORT ??= freePort();
const baseURL = `http://localhost:${process.env.SWITCHYARD_UI_PORT}`;
process.env.TARGET_URL = baseURL;

export default defineConfig({
  testDir: __dirname,
  outputDir: join(root, 'test-results'),
  snapshotPathTemplate: '{testDir}/gallery/pictures/{arg}{ext}',
  grepInvert: process.env.SWITCHYARD_SCREENSHOTS ? undefined : /@screenshots/,
  workers: 1,
  // A browser beside a server and kernels: what passes only at its second try is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL,
    viewport: { width: 1280, height: 900 },
    video: 'off',
    trace: 'off',
    launchOptions: chromiumOptions()
  },
  webServer: {
    command: `${python()} -m jupyterlab --config ${join(__dirname, 'jupyter_server_config.py')}`,
    cwd: root,
    url: `${baseURL}/lab`,
    timeout: 120_000,
    stdout: 'ignore'
  }
});

function python(): string {
  const [bin, name] = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  return join(root, '.venv', bin, name);
}

function freePort(): string {
  const script =
    'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })';
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
}
