import { badRequest, notAcceptable } from '@wherry/apimachinery';
import type { RequestContext } from '../http/context.ts';
import type { Served } from '../registry/served.ts';
import { createJsonView } from './json-view.ts';
import { createPartialView } from './partial-view.ts';
import { createTableView } from './table-view.ts';
import type { View } from './view.ts';

const jsonViews = new WeakMap<Served, View>();
const partialView = createPartialView();
const jsonTypes = new Set(['application/json', '*/*', 'application/*', '']);
const accepted = ['application/json'];

export function jsonViewOf(served: Served): View {
  let view = jsonViews.get(served);
  if (!view) jsonViews.set(served, (view = createJsonView(served)));
  return view;
}

/** The first view of the Accept header that we have. Throws 406. */
export function selectView(context: RequestContext, served: Served): View {
  const accept = context.headers.accept;
  if (accept === undefined || accept === 'application/json' || accept === '*/*') return jsonViewOf(served);
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    if (type === undefined || !jsonTypes.has(type.toLowerCase())) continue;
    const as = parameterOf(parameters, 'as');
    if (as === undefined) return jsonViewOf(served);
    if (parameterOf(parameters, 'g') !== 'meta.k8s.io' || parameterOf(parameters, 'v') !== 'v1') continue;
    if (as === 'Table') return createTableView(served, context.now, includeObjectOf(context));
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return partialView;
  }
  throw notAcceptable(accepted);
}

function parameterOf(parameters: readonly string[], name: string): string | undefined {
  return parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
}

function includeObjectOf(context: RequestContext): 'None' | 'Metadata' | 'Object' {
  const value = context.query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}
