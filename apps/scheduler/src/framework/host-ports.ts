import type { HostPort } from './pod-info.ts';

const anyAddress = '0.0.0.0';

/** The host ports in use on a node, counted, since two pods that are there already may share one. */
export class HostPorts {
  readonly #ports = new Map<string, Map<string, number>>();

  add(port: HostPort): void {
    const key = `${port.protocol}/${port.port}`;
    let addresses = this.#ports.get(key);
    if (addresses === undefined) {
      addresses = new Map();
      this.#ports.set(key, addresses);
    }
    addresses.set(port.ip, (addresses.get(port.ip) ?? 0) + 1);
  }

  remove(port: HostPort): void {
    const key = `${port.protocol}/${port.port}`;
    const addresses = this.#ports.get(key);
    const count = (addresses?.get(port.ip) ?? 0) - 1;
    if (count > 0) addresses?.set(port.ip, count);
    else addresses?.delete(port.ip);
    if (addresses?.size === 0) this.#ports.delete(key);
  }

  /** The same port and protocol conflict on the same address, and when either is for all addresses. */
  conflicts(port: HostPort): boolean {
    const addresses = this.#ports.get(`${port.protocol}/${port.port}`);
    if (addresses === undefined) return false;
    return port.ip === anyAddress || addresses.has(anyAddress) || addresses.has(port.ip);
  }
}
