export { gradNorm } from './gradNorm';
export { gradSign } from './gradSign';
export type { Proxy, ProxyOptions } from './proxy';
export { snip } from './snip';
export { zico } from './zico';
