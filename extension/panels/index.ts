export { CellPanel } from './cellPanel';
export type { ICellPanelOptions } from './cellPanel';
