'use strict';

/**
 * Chromium's own figures of a page, asked whenever the result is called: CPU time of its main thread up to now in
 * milliseconds, which what else runs on the machine does not lengthen; and what a leak would add to, after garbage
 * collection where `collect` asks for it.
 */
async function pageMetrics(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async ({ collect = false } = {}) => {
    if (collect) {
      await session.send('HeapProfiler.collectGarbage');
    }
    const { metrics } = await session.send('Performance.getMetrics');
    const value = (name) => metrics.find((metric) => metric.name === name).value;
    return {
      cpu: 1000 * value('TaskDuration'),
      heap: value('JSHeapUsedSize'),
      nodes: value('Nodes'),
      listeners: value('JSEventListeners')
    };
  };
}

module.exports = { pageMetrics };
