/** What Lumino's widgets, and ours, need of a browser and jsdom lacks. Import it first. */
class DragEventStandIn extends MouseEvent {}
/** jsdom lays nothing out: no size changes. */
class ResizeObserverStandIn {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
Object.assign(globalThis, { DragEvent: DragEventStandIn, ResizeObserver: ResizeObserverStandIn });

export {};
