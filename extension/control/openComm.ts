/** @file Opens comms of kernels that may be busy. */
import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { meet } from './meet';

/** Members of JupyterLab's comms beyond their interface. */
interface ISubshellComm extends Kernel.IComm {
  readonly subshellStarted?: Promise<void>;
}

/** Where the kernel has subshells the comm's own must be there first, or the kernel hears it only after the running cell. */
export async function openComm(comm: ISubshellComm, kernel: Kernel.IKernelConnection, data: JSONObject): Promise<void> {
  await meet(kernel);
  if (kernel.supportsSubshells) {
    await comm.subshellStarted;
  }
  if (!comm.isDisposed) {
    comm.open(data);
  }
}
