import { Agent, request } from 'node:https';
import type { ClientRequest } from 'node:http';
import type { Target } from './target.ts';

export interface KubeletIdentity {
  cert: string;
  key: string;
  /** Absent: the kubelet's certificate is not verified, as upstream without --kubelet-certificate-authority. */
  ca?: string | undefined;
}

const ANSWER_TIMEOUT_MS = 30_000;
const MAX_IDLE_SOCKETS = 16;

/** The apiserver's connections to kubelets, under an identity of their own. */
export class KubeletConnector {
  readonly #agent: Agent;
  readonly #tls: { cert?: string; key?: string; ca?: string; rejectUnauthorized: boolean };

  constructor(identity: KubeletIdentity | undefined) {
    const ca = identity?.ca;
    this.#tls = {
      ...(identity ? { cert: identity.cert, key: identity.key } : {}),
      ...(ca === undefined ? {} : { ca }),
      rejectUnauthorized: ca !== undefined,
    };
    this.#agent = new Agent({ keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS, timeout: 60_000, ...this.#tls });
  }

  /** A GET that has been sent but for its end. `upgrade` takes a connection of its own. */
  open(
    target: Target,
    path: string,
    headers: Record<string, string>,
    options: { upgrade: boolean; signal: AbortSignal },
  ): ClientRequest {
    const sent = request({
      host: target.host,
      port: target.port,
      path,
      method: 'GET',
      headers,
      signal: options.signal,
      ...(options.upgrade ? { ...this.#tls, agent: false } : { agent: this.#agent }),
    });
    // Bounds the way to the answer's head; what streams after it may be silent for long.
    const timer = setTimeout(
      () => sent.destroy(new Error(`no answer from the kubelet at ${target.host}:${target.port}`)),
      ANSWER_TIMEOUT_MS,
    );
    const answered = () => clearTimeout(timer);
    sent.once('response', answered).once('upgrade', answered).once('close', answered);
    return sent;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** `/VERB/namespace/pod/container?query` of the kubelet's API. */
export function kubeletPath(verb: string, target: Target, query: URLSearchParams): string {
  const parts = [target.namespace, target.pod, target.container].map(encodeURIComponent);
  const text = query.toString();
  return `/${verb}/${parts.join('/')}${text === '' ? '' : `?${text}`}`;
}
