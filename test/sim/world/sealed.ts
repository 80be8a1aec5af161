/**
 * Calls `run` in a turn of the event loop of its own, and while it runs whatever would make it depend on the real
 * world throws: time, timers, randomness.
 */
export function sealed<T>(run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      const open = seal();
      try {
        resolve(run());
      } catch (error) {
        reject(error as Error);
      } finally {
        open();
      }
    });
  });
}

const doors: [object: object, name: string][] = [
  [Date, 'now'],
  [Math, 'random'],
  [performance, 'now'],
  [globalThis, 'setTimeout'],
  [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'],
  [process, 'nextTick'],
  [process, 'hrtime'],
];

function seal(): () => void {
  const originals = doors.map(([object, name]) => Object.getOwnPropertyDescriptor(object, name));
  for (const [object, name] of doors) {
    const closed = (): never => {
      throw new Error(`${name} has no place in a simulation`);
    };
    Object.defineProperty(object, name, { value: closed, configurable: true, writable: true });
  }
  return () => {
    for (const [i, [object, name]] of doors.entries()) {
      const original = originals[i];
      if (original) Object.defineProperty(object, name, original);
      else Reflect.deleteProperty(object, name);
    }
  };
}
