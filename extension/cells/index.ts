export { BesidePanels } from './besidePanels';
export type { IBesideOptions } from './besidePanels';
export { NotebookPanels } from './notebookPanels';
export { PayloadTracker } from './tracker';
