/** A resource record; `data` has the shape that dns-packet encodes. Names are without the last dot. */
export type ResourceRecord = {
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
} & (
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'NS'; readonly data: string }
  | { readonly type: 'SRV'; readonly data: SrvData }
  | { readonly type: 'TXT'; readonly data: readonly string[] }
  | { readonly type: 'HINFO'; readonly data: { readonly cpu: string; readonly os: string } }
  | { readonly type: 'SOA'; readonly data: SoaData }
);

export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export interface SoaData {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  /** Seconds, all four. */
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** The sections of an answer. */
export interface Sections {
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

export const noSections: Sections = { answers: [], authorities: [], additionals: [] };
