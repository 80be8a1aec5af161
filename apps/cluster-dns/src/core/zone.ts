export interface ZoneConfig {
  /** For instance `cluster.local`. */
  readonly domain: string;
  /** Of records, in seconds. */
  readonly ttl: number;
  /** Names of pods' addresses: none, any address, or only those of pods of the namespace. */
  readonly pods: 'disabled' | 'insecure' | 'verified';
  /** This server's own addresses: by them it finds the Services under which it is reached. */
  readonly ownAddresses: readonly string[];
}

export interface AnswerLimits {
  /** Where to begin in a list of addresses: by a random number load is spread. */
  readonly rotation: number;
  /** More of a kind than this are never looked at: no message would hold them. */
  readonly maxRecords: number;
}
