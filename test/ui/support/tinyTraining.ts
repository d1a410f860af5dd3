/** A cell for the TypeScript kernel that trains a small routed network, and holds its `watcher` and its `run`. */
export function tinyTraining(steps: number, { layers = 2, experts = 8, progress = false } = {}): string {
  return `import { data, models, routers, show, train } from '@switchyard/kernel-lib';
const text = data.fromStrings({
  prose: ['the quick brown fox jumps over the dog', 'it may be true or it may be false'],
  python: ['def load(self, name): return self.items.get(name)', 'for item in items: print(item)']
});
const model = models.moeTransformer({
  layers: ${layers}, width: 16, contextLength: 16, experts: ${experts}, router: routers.topK({ k: 2 })
});
const watcher = show.routing();
const run = train.fit(model, text, {
  steps: ${steps}, seed: 1, batchSize: 4, evaluateEvery: 0, progress: ${progress}, watch: watcher
});
(await run).status`;
}
