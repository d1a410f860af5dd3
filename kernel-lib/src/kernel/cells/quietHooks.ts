import { executionAsyncResource, type AsyncLocalStorage } from 'async_hooks';

/**
 * Hides what Node writes on promises and timers to know which cell they belong to: it is not part of their value, and differs each time.
 *
 * @param storage - Whose stores are hidden.
 */
export function hideAsyncMarks<T>(storage: AsyncLocalStorage<T>, store: T): void {
  storage.run(store, () => {
    const promise = Promise.resolve();
    const timer = setTimeout(() => undefined, 0);
    const immediate = setImmediate(() => undefined);
    clearTimeout(timer);
    clearImmediate(immediate);
    for (const marked of [promise, timer, immediate, executionAsyncResource()]) {
      for (const symbol of Object.getOwnPropertySymbols(marked)) {
        if (/async_?id|trigger_?(async_?)?id|ResourceStore|AsyncContextFrame/i.test(String(symbol))) {
          hide(symbol);
        }
      }
    }
  });
}

function hide(symbol: symbol): void {
  Object.defineProperty(Object.prototype, symbol, {
    configurable: true,
    get: () => undefined,
    set(this: object, value: unknown) {
      Object.defineProperty(this, symbol, { value, writable: true, configurable: true, enumerable: false });
    }
  });
}
