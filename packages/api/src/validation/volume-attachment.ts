import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  isDns1123Subdomain,
} from '@wherry/apimachinery';
import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from '../storage/volume-attachment.ts';
import { csiDriverName } from './csi.ts';
import { byteLength } from './metadata.ts';
import { dnsSubdomain, inclusiveRange, matching, maxInt32, type Findings } from './value-rules.ts';

const maxMetadataBytes = 256 * 1024;
const maxMessageBytes = 1024;

export function* volumeAttachment(object: VolumeAttachment): Findings {
  const { attacher, source, nodeName } = object.spec;
  yield* attachment(object);
  yield* csiDriverName(attacher, 'spec.attacher');
  const volume = source.persistentVolumeName;
  if (volume !== undefined) yield* matching(isDns1123Subdomain(volume), volume, 'spec.source.persistentVolumeName');
  yield* dnsSubdomain(nodeName, 'spec.nodeName');
}

export function* volumeAttachmentUpdate(object: VolumeAttachment, old: VolumeAttachment): Findings {
  yield* attachment(object);
  if (!deepEqual(object.spec, old.spec)) yield fieldInvalid('spec', object.spec, 'field is immutable');
}

function* attachment({ spec, status }: VolumeAttachment): Findings {
  if (spec.attacher === '') yield fieldRequired('spec.attacher');
  yield* sourceRules(spec.source, 'spec.source');
  let bytes = 0;
  for (const [key, value] of Object.entries(status?.attachmentMetadata ?? {})) {
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > maxMetadataBytes) yield fieldTooLong('status.attachmentMetadata', maxMetadataBytes);
  yield* volumeError(status?.attachError, 'status.attachError');
  yield* volumeError(status?.detachError, 'status.detachError');
}

function* sourceRules({ inlineVolumeSpec, persistentVolumeName }: VolumeAttachmentSource, field: string): Findings {
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inlineVolumeSpec === undefined && persistentVolumeName === undefined) yield fieldRequired(field, detail);
  else if (inlineVolumeSpec !== undefined && persistentVolumeName !== undefined) yield fieldForbidden(field, detail);
  else if (persistentVolumeName === '') {
    yield fieldRequired(`${field}.persistentVolumeName`, 'must specify non empty persistentVolumeName');
  }
}

/** The limit that the message names is upstream's, though the one that counts is smaller. */
function* volumeError(error: VolumeError | undefined, field: string): Findings {
  if (byteLength(error?.message ?? '') > maxMessageBytes) yield fieldTooLong(`${field}.message`, maxMetadataBytes);
  const code = error?.errorCode;
  if (code !== undefined && code < 0) yield fieldInvalid(`${field}.errorCode`, code, inclusiveRange(0, maxInt32));
}
