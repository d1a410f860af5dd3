/** Lets the event loop run: a notebook's messages and interrupts get through between two steps. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
