import { badRequest, notAcceptable } from '@wherry/apimachinery';
import type { RequestContext } from '../http/context.ts';
import type { Served } from '../registry/served.ts';
import type { JsonForm } from './json-form.ts';
import { createJsonView, type JsonView } from './json-view.ts';
import { json, negotiate, protobuf, yaml, type MediaType, type Offer, type Transform } from './negotiate.ts';
import { createObjectForm } from './object-form.ts';
import { createPartialForm } from './partial-form.ts';
import { createTableForm, type IncludeObject } from './table-form.ts';
import { Rows } from './table-rows.ts';
import type { View } from './view.ts';

/** Everything a resource is shown by, made once. */
interface Shown {
  readonly form: JsonForm;
  readonly view: JsonView;
  readonly rows: Rows;
  protobuf: View | undefined;
}

type Reading = 'get' | 'list' | 'watch';

const shown = new WeakMap<Served, Shown>();
const partialForms = new Map([
  ['v1', createPartialForm('v1')],
  ['v1beta1', createPartialForm('v1beta1')],
]);
const partialProtobufViews = new Map<string, View>();
const mediaTypes = [json, yaml, protobuf] as const;
const watchedTypes = [json, protobuf] as const;

function shownBy(served: Served): Shown {
  let found = shown.get(served);
  if (found === undefined) {
    const form = createObjectForm(served);
    found = { form, view: createJsonView(form), rows: new Rows(served), protobuf: undefined };
    shown.set(served, found);
  }
  return found;
}

/**
 * How the result of a write is shown: in JSON, which the answer brings into the encoding that the client wants. Throws 406
 * before anything is done.
 */
export function selectView(context: RequestContext, served: Served): JsonView {
  const accept = context.headers.accept;
  if (accept === undefined || accept === json || accept === '*/*') return shownBy(served).view;
  const found = negotiate(accept, offerOf(served, mediaTypes));
  if (found === undefined) throw notAcceptable(mediaTypes);
  return createViewOf(context, served, found.transform, undefined, createJsonView);
}

/** How what is read is shown, in the encoding that the client wants. Throws 406. */
export function selectReadView(context: RequestContext, served: Served, reading: Reading): View | Promise<View> {
  const accept = context.headers.accept;
  if (accept === undefined || accept === json || accept === '*/*') return shownBy(served).view;
  const offered = reading === 'watch' ? watchedTypes : mediaTypes;
  const found = negotiate(accept, offerOf(served, offered));
  if (found === undefined)
    throw notAcceptable(reading === 'watch' ? offered.map((type) => `${type};stream=watch`) : offered);
  const { mediaType, transform } = found;
  if (mediaType === json) return createViewOf(context, served, transform, reading, createJsonView);
  if (mediaType === yaml) {
    return import('./yaml-view.ts').then(({ createYamlView }) =>
      createViewOf(context, served, transform, reading, createYamlView),
    );
  }
  return protobufView(served, transform, reading);
}

function offerOf(served: Served, offered: readonly MediaType[]): Offer {
  return {
    mediaTypes: offered,
    allows(mediaType, transform) {
      if (mediaType !== protobuf) return true;
      // Custom resources have no protobuf, but what is made of their metadata has.
      return transform === undefined ? !isCustom(served) : transform.as !== 'Table';
    },
  };
}

/** Of the kinds that are built in, all have one, whether they are stored or not. */
function isCustom(served: Served): boolean {
  return !served.resource.schema.id.startsWith('io.k8s.');
}

function createViewOf<V extends View>(
  context: RequestContext,
  served: Served,
  transform: Transform | undefined,
  reading: Reading | undefined,
  create: (form: JsonForm) => V,
): V {
  const { form, rows } = shownBy(served);
  if (transform === undefined) return create(form);
  const { as, version } = transform;
  if (as !== 'Table') {
    checkPartial(as, reading);
    return create(partialForms.get(version)!);
  }
  const include = includeObjectOf(context);
  const object = include === 'None' ? undefined : include === 'Object' ? form : partialForms.get(version)!;
  // Ages in a list are all of one moment; in a watch they are of the moment of each event.
  const now = reading === 'watch' ? () => new Date() : () => context.now;
  return create(createTableForm(served, rows, { version, now, include, object }));
}

async function protobufView(served: Served, transform: Transform | undefined, reading: Reading): Promise<View> {
  const { createPartialProtobufView, createProtobufView } = await import('./protobuf-view.ts');
  if (transform === undefined) return (shownBy(served).protobuf ??= createProtobufView(served));
  checkPartial(transform.as, reading);
  let view = partialProtobufViews.get(transform.version);
  if (view === undefined) {
    view = createPartialProtobufView(transform.version);
    partialProtobufViews.set(transform.version, view);
  }
  return view;
}

/** A list of metadata is asked for by its own name, as upstream. Throws 406. */
function checkPartial(as: string, reading: Reading | undefined): void {
  if (reading === undefined) return;
  const isList = reading === 'list';
  if (isList === (as === 'PartialObjectMetadataList')) return;
  const message = isList
    ? 'you requested PartialObjectMetadata, but the requested object is a list'
    : 'you requested PartialObjectMetadataList, but the requested object is not a list';
  const error = notAcceptable([]);
  error.status.message = message;
  throw error;
}

function includeObjectOf(context: RequestContext): IncludeObject {
  const value = context.query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}
