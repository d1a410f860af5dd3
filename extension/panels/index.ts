export { CellPanel } from './cellPanel';
export type { ICellPanelOptions } from './cellPanel';
export { FigurePicture } from './figurePicture';
export { RunView } from './runView';
export type { IRunSource, IRunViewOptions } from './runView';
