export interface PemBlock {
  readonly label: string;
  readonly hasHeaders: boolean;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=:,.\- \t\r\n]*?)-----END \1-----/g;

/** The blocks of a PEM text (RFC 7468) in their order; undefined when there is none. */
export function decodePem(text: string): PemBlock[] | undefined {
  const blocks: PemBlock[] = [];
  for (const [, label = '', body = ''] of text.matchAll(block)) blocks.push({ label, hasHeaders: body.includes(':') });
  return blocks.length === 0 ? undefined : blocks;
}
