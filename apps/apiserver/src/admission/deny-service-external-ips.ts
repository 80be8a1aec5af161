import { services, type Service } from '@wherry/api';
import { forbidden } from '@wherry/apimachinery';
import { groupResource } from '../registry/object-meta.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isAbout } from './find.ts';

/** Services get no new external IPs, by which they could take in what is meant for others (CVE-2020-8554). */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  concerns: ['/services'],
  offByDefault: true,
  validate(request) {
    if (request.operation === 'DELETE' || !isAbout(request, services)) return;
    const before = (request.old as Service | undefined)?.spec.externalIPs ?? [];
    const { metadata, spec } = request.object as Service;
    if ((spec.externalIPs ?? []).every((ip) => before.includes(ip))) return;
    throw forbidden(
      groupResource(request.served),
      metadata.name,
      'Use of external IPs is denied by admission control.',
    );
  },
};
