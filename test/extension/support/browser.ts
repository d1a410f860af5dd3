/** What Lumino's widgets need of a browser and jsdom lacks. Import it first. */
class DragEventStandIn extends MouseEvent {}
Object.assign(globalThis, { DragEvent: DragEventStandIn });

export {};
