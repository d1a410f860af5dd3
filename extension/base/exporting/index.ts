export { csv } from './csv';
export { exportButton, formatLabel } from './exportButton';
export { FORMATS } from './exportable';
export type { ExportFormat, IExportable } from './exportable';
export { fileName } from './fileName';
export { save } from './save';
