import { fieldInvalid, fieldRequired } from '@wherry/apimachinery';
import type { Event } from '../core/event.ts';
import type { EventsV1Event } from '../events/event.ts';
import { qualifiedName, type Findings } from './value-rules.ts';

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
