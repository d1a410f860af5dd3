export { dispatchCombine } from './dispatchCombine';
export type { DispatchCombineOptions, DispatchCombineReport } from './dispatchCombine';
export { ImmCounter } from './immCounter';
export { p2p } from './p2p';
export type { Arrival, P2pOptions, TransferReport, Write } from './p2p';
