export { mapFeedForwards } from './mapFeedForwards';
export type { FeedForwardModule } from './mapFeedForwards';
export { sparsifyAttention } from './sparsifyAttention';
export type { SparsifyAttentionOptions, SparsifyAttentionReport } from './sparsifyAttention';
export { untie } from './untie';
export { upcycle } from './upcycle';
export type { UpcycleModelsOptions } from './upcycle';
