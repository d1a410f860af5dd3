'use strict';

/** Steps between two snapshots: about four of these are a second. */
const EVERY = 5;

/** Snapshots of the quickstart's run while it goes on, as its panel gets them. */
async function quickstartSnapshots(steps) {
  const { data, models, routers, show, train } = require('@switchyard/kernel-lib');
  const text = await data.text(['prose', 'python', 'typescript']);
  const size = { layers: 4, width: 64, contextLength: 128, experts: 16 };
  const model = models.moeTransformer({ ...size, router: routers.topK({ k: 2 }), seed: 1 });
  const watcher = show.routing();
  const snapshots = [];
  const watch = {
    get observers() {
      return watcher.observers;
    },
    start: (run) => watcher.start(run),
    batch: (batch) => watcher.batch(batch),
    step: (report) => {
      watcher.step(report);
      if (report.step > steps / 2 && report.step % EVERY === 0) {
        snapshots.push(structuredClone(watcher.latest()));
      }
    },
    end: (status, error) => watcher.end(status, error)
  };
  await train.fit(model, text, { steps, seed: 1, evaluateEvery: 0, progress: false, watch });
  model.dispose();
  return snapshots;
}

module.exports = { quickstartSnapshots };
