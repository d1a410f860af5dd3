export { CellPanel } from './cellPanel';
export type { ICellPanelOptions, IPanelView } from './cellPanel';
