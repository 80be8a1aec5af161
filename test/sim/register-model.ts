import type { Model } from './linearizability.ts';

/** One key: what clients do with it, and what they are told. */
export type RegisterInput =
  | { type: 'write'; value: string | undefined }
  | { type: 'read' }
  | { type: 'swap'; from: string | undefined; to: string };

export interface RegisterOutput {
  /** Of a swap: whether `from` was there. */
  ok: boolean;
  /** Of a read. */
  value?: string | undefined;
}

interface Register {
  value: string | undefined;
}

export const registerModel: Model<Register, RegisterInput, RegisterOutput> = {
  initial: { value: undefined },
  step(state, input, output) {
    switch (input.type) {
      case 'write':
        return { value: input.value };
      case 'read':
        return output === undefined || output.value === state.value ? state : undefined;
      case 'swap': {
        const wins = input.from === state.value;
        if (output !== undefined && output.ok !== wins) return undefined;
        return wins ? { value: input.to } : state;
      }
    }
  },
  keyOf: (state) => (state.value === undefined ? '-' : `=${state.value}`),
};
