import { fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '@wherry/apimachinery';
import type { Lease } from '../coordination/lease.ts';
import type { Binding } from '../core/binding.ts';
import type { Event } from '../core/event.ts';
import type { Namespace } from '../core/namespace.ts';
import type { EventsV1Event } from '../events/event.ts';
import { qualifiedName, type Findings } from './value-rules.ts';

export function* namespace({ spec }: Namespace): Findings {
  for (const name of spec.finalizers ?? []) {
    yield* qualifiedName(name, 'spec.finalizers');
    if (!name.includes('/') && name !== 'kubernetes') {
      yield fieldInvalid(
        'spec.finalizers',
        name,
        'name is neither a standard finalizer name nor is it fully qualified',
      );
    }
  }
}

export function* namespaceStatus({ metadata, status }: Namespace): Findings {
  const phase = status?.phase;
  if (metadata.deletionTimestamp === undefined && phase !== 'Active') {
    yield fieldInvalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty");
  }
  if (metadata.deletionTimestamp !== undefined && phase !== 'Terminating') {
    yield fieldInvalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
  }
}

export function* lease({ spec }: Lease): Findings {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec;
  if (seconds !== undefined && seconds <= 0) {
    yield fieldInvalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0');
  }
  if (transitions !== undefined && transitions < 0) {
    yield fieldInvalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0');
  }
}

/** Not a stored kind: the body of POST pods/binding. */
export function validateBinding({ target }: Binding): FieldError[] {
  const errors: FieldError[] = [];
  if (target.kind && target.kind !== 'Node')
    errors.push(fieldNotSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target.name) errors.push(fieldRequired('target.name'));
  return errors;
}

/** An event of the older form has no eventTime, and is hardly checked. */
export function* event(object: Event): Findings {
  yield* subjectNamespace(object.metadata.namespace, object.involvedObject.namespace, 'involvedObject.namespace');
  if (object.eventTime === undefined) return;
  yield* series(
    { ...object, controller: object.reportingComponent, text: object.message },
    'reportingComponent',
    'message',
  );
}

export function* eventV1(object: EventsV1Event): Findings {
  yield* subjectNamespace(object.metadata.namespace, object.regarding?.namespace, 'regarding.namespace');
  if (object.eventTime === undefined) yield fieldRequired('eventTime');
  yield* series(
    { ...object, controller: object.reportingController, text: object.note },
    'reportingController',
    'note',
  );
  if (object.type !== 'Normal' && object.type !== 'Warning') {
    yield fieldInvalid('type', '', `has invalid value: ${object.type ?? ''}`);
  }
}

/** Events about things without a namespace live in `default`, those of the control plane may live in kube-system. */
function* subjectNamespace(own: string | undefined, subject: string | undefined, field: string): Findings {
  const fits = subject ? own === subject : own === undefined || own === 'default' || own === 'kube-system';
  if (!fits) yield fieldInvalid(field, subject ?? '', 'does not match event.namespace');
}

interface EventWords {
  controller: string | undefined;
  reportingInstance?: string | undefined;
  action?: string | undefined;
  reason?: string | undefined;
  text: string | undefined;
}

const maxWord = 128;
const maxText = 1024;

function* series(words: EventWords, controllerField: string, textField: string): Findings {
  if (!words.controller) yield fieldRequired(controllerField);
  else yield* qualifiedName(words.controller, controllerField);
  for (const name of ['reportingInstance', 'action', 'reason'] as const) {
    if (!words[name]) yield fieldRequired(name);
    else if (words[name].length > maxWord) yield fieldInvalid(name, '', `can have at most ${maxWord} characters`);
  }
  if ((words.text ?? '').length > maxText) yield fieldInvalid(textField, '', `can have at most ${maxText} characters`);
}
