/** @file Waits until a kernel has said what it can do. One that is busy with a cell says it only afterwards, where nobody helps. */
import type { Kernel } from '@jupyterlab/services';
import { KernelMessage } from '@jupyterlab/services';

/** Milliseconds in which a kernel answers that is free. */
const PATIENCE = 1000;
/** Kernels that are being asked, so that they are asked once. */
const asked = new WeakMap<Kernel.IKernelConnection, Promise<void>>();

/** Fulfils when `kernel.info` is there. */
export async function meet(kernel: Kernel.IKernelConnection): Promise<void> {
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), PATIENCE));
  if ((await Promise.race([kernel.info, late])) === 'late') {
    const asking = asked.get(kernel) ?? askBeside(kernel);
    asked.set(kernel, asking);
    await Promise.race([kernel.info, asking]);
    await kernel.info;
  }
}

/**
 * A page that connects while a cell runs: JupyterLab asks over the shell, which is busy. The control channel answers, and
 * where the kernel has subshells one of them answers JupyterLab's own question.
 */
async function askBeside(kernel: Kernel.IKernelConnection): Promise<void> {
  const info = (await control(kernel, 'kernel_info_request')) as { supported_features?: string[] };
  if (!info.supported_features?.includes('kernel subshells') || kernel.isDisposed) {
    return;
  }
  const { subshell_id: subshell } = (await control(kernel, 'create_subshell_request')) as { subshell_id: string };
  const before = kernel.subshellId;
  kernel.subshellId = subshell;
  const answered = kernel.requestKernelInfo();
  kernel.subshellId = before;
  await answered;
  await kernel.requestDeleteSubshell({ subshell_id: subshell }).done;
}

/** Content of the reply to a request over the control channel. */
async function control(
  kernel: Kernel.IKernelConnection,
  msgType: 'kernel_info_request' | 'create_subshell_request'
): Promise<unknown> {
  const message = KernelMessage.createMessage<KernelMessage.ICreateSubshellRequestMsg>({
    // All shell messages are answered there as well, which JupyterLab's types do not say.
    msgType: msgType as 'create_subshell_request',
    channel: 'control',
    username: kernel.username,
    session: kernel.clientId,
    content: {}
  });
  const reply = await kernel.sendControlMessage(message, true).done;
  return reply.content;
}
