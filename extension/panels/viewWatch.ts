/** @file Which nodes are in view. Hidden and detached ones are not; one that nothing is known of yet is taken to be. */
import type { IDisposable } from '@lumino/disposable';

export class ViewWatch implements IDisposable {
  /** @param returned - Called with a node that comes in view. */
  constructor(returned: (node: Element) => void) {
    this._observer = new IntersectionObserver(
      (entries) =>
        entries.forEach(({ target, isIntersecting }) => {
          if (isIntersecting) {
            this._away.delete(target);
            returned(target);
          } else {
            this._away.add(target);
          }
        }),
      { rootMargin: '200px' }
    );
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  observe(node: Element): void {
    this._observer.observe(node);
  }

  isAway(node: Element): boolean {
    return this._away.has(node);
  }

  dispose(): void {
    this._isDisposed = true;
    this._observer.disconnect();
    this._away.clear();
  }

  private _observer: IntersectionObserver;
  private _away = new Set<Element>();
  private _isDisposed = false;
}
