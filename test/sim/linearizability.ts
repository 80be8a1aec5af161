/**
 * Is there an order of these operations that respects real time and that one copy of the data could have gone through?
 * Wing and Gong's search ("Testing and verifying concurrent objects", 1993) with Lowe's memory of what was tried
 * already, as in the checker Porcupine.
 */
export interface Operation<Input, Output> {
  input: Input;
  /** Absent: nobody knows whether it happened. It may have at any time after its call, or never. */
  output?: Output | undefined;
  /** Of a counter that runs through the whole history: a call and a return never share one. */
  called: number;
  /** Ignored when there is no output. */
  returned: number;
}

export interface Model<State, Input, Output> {
  initial: State;
  /** The state after it; undefined when it cannot have this output in this state. */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
  /** Equal for equal states. */
  keyOf(state: State): string;
}

export type Verdict<Input, Output> =
  | { linearizable: true }
  /** `longest`: as many as could be put in an order before it went no further. */
  | { linearizable: false; longest: Operation<Input, Output>[] }
  /** Too many orders to try. */
  | { linearizable: undefined };

/** A call or a return, in a list that runs by time. The list shrinks as operations are put in the order, and grows again. */
interface Node {
  /** Of the operation. */
  at: number;
  isCall: boolean;
  time: number;
  match: Node | undefined;
  before: Node | undefined;
  after: Node | undefined;
}

export function checkLinearizability<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  maxSteps = 2_000_000,
): Verdict<Input, Output> {
  const head = listOf(operations);
  let known = operations.filter((operation) => operation.output !== undefined).length;
  let longest: number[] = [];
  const placed = new Uint32Array(Math.ceil(operations.length / 32));
  const tried = new Set<string>();
  const stack: { node: Node; state: State }[] = [];
  let state = model.initial;
  let node = head.after;
  for (let steps = 0; known > 0; steps++) {
    if (steps > maxSteps) return { linearizable: undefined };
    if (node?.isCall) {
      const operation = operations[node.at] as Operation<Input, Output>;
      const next = model.step(state, operation.input, operation.output);
      const bit = 1 << (node.at & 31);
      if (next !== undefined) {
        placed[node.at >> 5] = (placed[node.at >> 5] as number) | bit;
        const key = `${placed.join()} ${model.keyOf(next)}`;
        if (!tried.has(key)) {
          tried.add(key);
          stack.push({ node, state });
          state = next;
          lift(node);
          if (operation.output !== undefined) known--;
          if (stack.length > longest.length) longest = stack.map((step) => step.node.at);
          node = head.after;
          continue;
        }
        placed[node.at >> 5] = (placed[node.at >> 5] as number) & ~bit;
      }
      node = node.after;
      continue;
    }
    // A return of what is not in the order yet, or the end: the last choice was wrong.
    const last = stack.pop();
    if (!last) return { linearizable: false, longest: longest.map((at) => operations[at] as Operation<Input, Output>) };
    state = last.state;
    placed[last.node.at >> 5] = (placed[last.node.at >> 5] as number) & ~(1 << (last.node.at & 31));
    if (operations[last.node.at]?.output !== undefined) known++;
    unlift(last.node);
    node = last.node.after;
  }
  return { linearizable: true };
}

function listOf(operations: readonly Operation<unknown, unknown>[]): Node {
  const nodes: Node[] = [];
  for (const [at, operation] of operations.entries()) {
    const call: Node = {
      at,
      isCall: true,
      time: operation.called,
      match: undefined,
      before: undefined,
      after: undefined,
    };
    nodes.push(call);
    if (operation.output === undefined) continue;
    call.match = { ...call, isCall: false, time: operation.returned };
    nodes.push(call.match);
  }
  nodes.sort((a, b) => a.time - b.time);
  const head: Node = { at: -1, isCall: false, time: 0, match: undefined, before: undefined, after: undefined };
  let last = head;
  for (const node of nodes) {
    last.after = node;
    node.before = last;
    last = node;
  }
  return head;
}

function lift(node: Node): void {
  takeOut(node);
  if (node.match) takeOut(node.match);
}

/** In the opposite order of lift(). */
function unlift(node: Node): void {
  if (node.match) putBack(node.match);
  putBack(node);
}

function takeOut(node: Node): void {
  if (node.before) node.before.after = node.after;
  if (node.after) node.after.before = node.before;
}

function putBack(node: Node): void {
  if (node.before) node.before.after = node;
  if (node.after) node.after.before = node;
}
