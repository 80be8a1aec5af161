import type { Resource } from '../resource.ts';
import { pathsOf } from './paths.ts';
import { reference, type Json } from './reference.ts';

/** The paths of the v3 document in v2's words: bodies are parameters, and schemas of parameters are inlined. */
export function pathsOfV2(resources: readonly Resource[]): Json {
  return Object.fromEntries(Object.entries(pathsOf(resources)).map(([path, item]) => [path, pathItem(item as Json)]));
}

function pathItem(item: Json): Json {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      key === 'parameters' ? (value as Json[]).map(parameter) : operation(value as Json),
    ]),
  );
}

function parameter({ schema, ...rest }: Json): Json {
  return { ...rest, ...(schema as Json) };
}

interface Content {
  content?: Record<string, { schema: { $ref?: string; type?: string } }>;
}

function operation({ requestBody, responses, parameters, ...rest }: Json): Json {
  const body = requestBody as (Content & { required?: boolean }) | undefined;
  const list = (parameters as Json[]).map(parameter);
  if (body !== undefined)
    list.push({ name: 'body', in: 'body', required: body.required ?? false, schema: schemaOf(body) });
  return {
    ...rest,
    consumes: Object.keys(body?.content ?? { '*/*': {} }),
    produces: Object.keys(Object.values(responses as Record<string, Content>)[0]?.content ?? { '*/*': {} }),
    schemes: ['https'],
    parameters: list,
    responses: Object.fromEntries(
      Object.entries(responses as Record<string, Content & { description: string }>).map(([code, answer]) => [
        code,
        { description: answer.description, ...(answer.content === undefined ? {} : { schema: schemaOf(answer) }) },
      ]),
    ),
  };
}

function schemaOf({ content }: Content): Json {
  const schema = Object.values(content ?? {})[0]?.schema ?? {};
  const { $ref } = schema;
  return $ref === undefined ? (schema as Json) : reference($ref.slice($ref.lastIndexOf('/') + 1), 'v2');
}
