/** @file Where the server has what comes with the extension. */
import { PageConfig, URLExt } from '@jupyterlab/coreutils';

/** Path of a file of the built extension, the server's own base included. */
export function shippedUrl(...path: string[]): string {
  return URLExt.join(PageConfig.getOption('fullLabextensionsUrl'), 'jupyterlab-switchyard', ...path);
}
