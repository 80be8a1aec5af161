/** A day, whatever the token's own life: upstream's. */
const maxAgeMs = 24 * 3_600_000;

/** When a token has to be replaced: after four fifths of its life, or a day. */
export function refreshAtMs(expiresAtMs: number, lifeSeconds: number): number {
  const lifeMs = lifeSeconds * 1_000;
  const issuedAtMs = expiresAtMs - lifeMs;
  return issuedAtMs + Math.min(lifeMs * 0.8, maxAgeMs);
}

/** @param expirationTimestamp metav1.Time; one that cannot be read has passed */
export function keepsUntilMs(expirationTimestamp: string): number {
  const at = Date.parse(expirationTimestamp);
  return Number.isNaN(at) ? 0 : at;
}
