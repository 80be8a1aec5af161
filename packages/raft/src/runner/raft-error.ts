/** `no-leader` and `timeout`: try again, perhaps on another member. `closed`: this member has stopped. */
export class RaftError extends Error {
  readonly code: 'no-leader' | 'timeout' | 'closed';
  constructor(code: RaftError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RaftError';
    this.code = code;
  }
}
