import type { CertificateSigningRequest } from '../certificates/certificate-signing-request.ts';
import type { Column } from '../resource.ts';
import { ageColumn, humanDuration, nameColumn } from './age.ts';
import { column } from './text-column.ts';

export const certificateSigningRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  column('SignerName', 'Who is asked to sign.', ({ spec }) => spec.signerName || '<none>'),
  column('Requestor', 'Who asks.', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', 'How long the certificate shall be valid.', ({ spec }) =>
    spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', 'How far it has come.', condition),
];

function condition({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => (status?.conditions ?? []).some((item) => item.type === type);
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) words.push('Failed');
  if (status?.certificate) words.push('Issued');
  return words.join(',');
}
