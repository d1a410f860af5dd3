'use strict';

const { quantile } = require('../../driver/statistics');
const { digits, printTable } = require('../../driver/table');
const { Gallery } = require('../../../ui/gallery/open');
const { largeGraph } = require('../../../ui/gallery/payloads');

const SECONDS = 5;
const FIRSTS = 7;
/** Frames a second below which moving is no longer smooth. */
const LEAST = 30;

/** A graph of 40,000 nodes and 100,000 edges: each joined to those near it, or to any. */
const GRAPHS = [
  { name: 'near nodes joined', long: false, density: 1 },
  { name: 'any nodes joined', long: true, density: 1 },
  { name: 'near nodes joined, 2 pixels to a point', long: false, density: 2 },
  { name: 'any nodes joined, 2 pixels to a point', long: true, density: 2 }
];

/**
 * A graph of 100,000 edges in a panel of 420 x 430 points, without a GPU: frames a second while the pointer moves it and while the
 * wheel magnifies it, and from the kernel's answer to the whole picture.
 *
 * @throws where some frames a second are fewer than 30.
 */
async function graphPanel(bench) {
  const rows = [];
  for (const graph of GRAPHS) {
    const gallery = await Gallery.open({ width: 460, density: graph.density });
    try {
      rows.push(await measured(gallery, bench, graph));
    } finally {
      await gallery.close();
    }
  }
  printTable(
    'A graph of 100,000 edges in the panel',
    ['', 'moved [frames/s]', 'longest frame [ms]', 'magnified [frames/s]', 'longest frame [ms]', 'whole picture [ms]'],
    rows
  );
}

async function measured(gallery, bench, { name, long, density }) {
  const { payload, details } = largeGraph({ long });
  const firsts = [];
  for (let i = 0; i < FIRSTS; i++) {
    firsts.push(await gallery.page.evaluate(([payload, told]) => window.gallery.firstWhole(payload, told), [payload, details])); // prettier-ignore
  }
  const first = quantile(firsts, 0.5);
  await gallery.mount([payload], {}, details);
  await gallery.drawn();
  const box = await gallery.page.locator('.jp-switchyard-graph').boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const { mouse } = gallery.page;
  await mouse.click(x, y);
  // In the middle of it, not at its border.
  await mouse.wheel(0, -300);
  await gallery.drawn();
  await mouse.down();
  const moved = await frames(gallery, (i) => mouse.move(x + 90 * Math.sin(i / 12), y + 70 * Math.cos(i / 9)));
  await mouse.up();
  await mouse.move(x, y);
  const magnified = await frames(gallery, (i) => mouse.wheel(0, i % 40 < 20 ? -40 : 40));
  const row = { name: `graph, ${name}`, shape: '40,000 nodes, 100,000 edges', direction: 'ui' };
  bench.note({ ...row, variant: 'moved', rate: moved.rate });
  bench.note({ ...row, variant: 'magnified', rate: magnified.rate });
  bench.note({ ...row, variant: `whole picture at ${density}`, medianMs: first });
  const slow = [moved, magnified].filter(({ rate }) => rate < LEAST);
  if (slow.length > 0) {
    throw new Error(`bench: a graph, ${name}, must move at ${LEAST} frames a second, got ${digits(slow[0].rate)}`);
  }
  return [name, ...[moved.rate, moved.longest, magnified.rate, magnified.longest, first].map(digits)];
}

/** Frames of the page while events come one after the other. */
async function frames(gallery, event) {
  await gallery.page.evaluate(() => {
    const times = (window.frameTimes = []);
    const next = (time) => {
      times.push(time);
      window.frameHandle = requestAnimationFrame(next);
    };
    window.frameHandle = requestAnimationFrame(next);
  });
  const start = Date.now();
  for (let i = 0; Date.now() - start < 1000 * SECONDS; i++) {
    await event(i);
  }
  const times = await gallery.page.evaluate(() => {
    cancelAnimationFrame(window.frameHandle);
    return window.frameTimes;
  });
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  return { rate: (1000 * gaps.length) / (times.at(-1) - times[0]), longest: Math.max(...gaps) };
}

module.exports = { graphPanel };
