export { mapMixers } from './mapMixers';
export type { MixerModule } from './mapMixers';
export { sparsifyAttention } from './sparsifyAttention';
export type { SparsifyAttentionOptions, SparsifyAttentionReport } from './sparsifyAttention';
export { untie } from './untie';
export { upcycle } from './upcycle';
export type { UpcycleModelsOptions } from './upcycle';
