export { BesidePanels } from './besidePanels';
export type { IBesideOptions, INotebookParts } from './besidePanels';
export { NotebookPanels } from './notebookPanels';
export { PayloadTracker } from './tracker';
