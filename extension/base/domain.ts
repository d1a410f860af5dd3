/** @file Under which name translations of this extension are found: its Python package's, as JupyterLab has it. */
export const DOMAIN = 'jupyterlab_switchyard';
