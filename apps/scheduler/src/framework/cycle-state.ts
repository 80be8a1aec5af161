/** Names a value that one extension point of a plugin leaves for a later one. */
export interface StateKey<T> {
  readonly name: string;
  readonly example?: T;
}
export function stateKey<T>(name: string): StateKey<T> {
  return { name };
}

/** Lives for one decision on one pod. */
export class CycleState {
  readonly #values = new Map<StateKey<unknown>, unknown>();
  read<T>(key: StateKey<T>): T | undefined {
    return this.#values.get(key) as T | undefined;
  }
  write<T>(key: StateKey<T>, value: T): void {
    this.#values.set(key, value);
  }
}
