import { captureDisplay, toBundle } from '../base/core';
import { showData } from './objects/showData';
import { publishTo } from './publish';

/**
 * Shows a value in an output of the running cell as the kernel shows one that is a cell's last expression: a model, a router, a
 * routing, a tensor, or what has a method `Symbol.for('Jupyter.display')`; anything else as text. Resolves when it is shown,
 * which only a method that is asynchronous delays. Works on plain tslab as well; does nothing outside a notebook.
 */
export async function value(of: unknown): Promise<void> {
  const write = captureDisplay();
  if (write !== null) {
    publishTo(write, (await toBundle(of, showData)).data);
  }
}
