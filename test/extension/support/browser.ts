/** What Lumino's widgets need of a browser and jsdom lacks. Import it first. */
class DragEventStandIn extends MouseEvent {}
globalThis.DragEvent ??= DragEventStandIn as unknown as typeof DragEvent;

export {};
