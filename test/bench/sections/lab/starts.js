'use strict';

const { inTurn } = require('../../driver/inTurn');
const { quantile, ratioOfMedians } = require('../../driver/statistics');
const { digits, printTable } = require('../../driver/table');
const { pageMetrics } = require('../../../ui/support/pageMetrics');

const COUNTS = { pairs: 20, warmUps: 2 };

/** From the navigation to /lab until JupyterLab has restored its layout; files come from the browser's cache. */
async function starts(bench, browser, { withIt, without }) {
  const contexts = [await browser.newContext(), await browser.newContext()];
  const servers = [withIt, without];
  const [ours, base] = await inTurn(
    COUNTS,
    servers.map(
      ({ url }, i) =>
        () =>
          startOnce(contexts[i], url)
    )
  );
  await Promise.all(contexts.map((context) => context.close()));
  const rows = ['wall', 'cpu'].map((measure) => {
    const [a, b] = [ours, base].map((samples) => samples.map((each) => each[measure]));
    const { ratio, low, high } = ratioOfMedians(a, b);
    const [medianWith, medianWithout] = [quantile(a, 0.5), quantile(b, 0.5)];
    const row = { name: 'JupyterLab, start', shape: `${COUNTS.pairs} pairs`, direction: measure };
    bench.note({ ...row, variant: 'with the extension', medianMs: medianWith, ratioToBestRival: ratio, low, high });
    bench.note({ ...row, variant: 'without', medianMs: medianWithout });
    return [measure, ...[medianWith, medianWithout, ratio].map(digits), `${low.toFixed(3)} – ${high.toFixed(3)}`];
  });
  printTable(
    `Start of JupyterLab [ms, medians of ${COUNTS.pairs}]`,
    ['', 'with the extension', 'without', 'ratio', '95 %'],
    rows
  );
}

async function startOnce(context, url) {
  const page = await context.newPage();
  try {
    // A page of the same origin keeps its process when /lab is opened.
    await page.goto(`${url}/static/favicons/favicon.ico`);
    const metrics = await pageMetrics(page);
    const before = await metrics();
    await page.addInitScript(tellOfStart);
    await page.goto(`${url}/lab`, { waitUntil: 'commit' });
    const wall = await page.evaluate(() => window.restoredAt);
    return { wall, cpu: (await metrics()).cpu - before.cpu };
  } finally {
    await page.close();
  }
}

/** Runs in the page before JupyterLab: when it has restored its layout, in milliseconds after the navigation. */
function tellOfStart() {
  window.restoredAt = new Promise((resolve, reject) => {
    let app;
    Object.defineProperty(window, 'jupyterapp', {
      get: () => app,
      set: (value) => {
        app = value;
        app.restored.then(() => resolve(performance.now()), reject);
      }
    });
  });
}

module.exports = { starts };
