import { CliError } from '../cli/errors.ts';
import type { Id } from '@wherry/store/etcd-proto';

/** As etcdctl writes them. */
export function formatId(id: Id): string {
  return BigInt.asUintN(64, BigInt(id)).toString(16);
}

/** @throws {CliError} in etcdctl's words */
export function parseId(text: string): Id {
  if (!/^[0-9a-f]{1,16}$/i.test(text)) {
    throw new CliError(
      `bad member ID arg (strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax), expecting ID in Hex`,
    );
  }
  const id = BigInt(`0x${text}`);
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id;
}
