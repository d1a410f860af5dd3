/** @file What notebooks and panels may ask of the kernel they run in. */
export { clearOutput, currentCell } from './notebook';
export { comms } from '../base/core/comms';
export type { Comm, CommBuffers, CommEvent, CommRegistry, CommSendOptions, CommTarget } from '../base/core/comms';
export type { CellInfo } from '../base/core/host';
