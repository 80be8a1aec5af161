import { describe, expect, test } from 'vitest';
import { decode, decodeFailureMessage, strictFailureMessage, type Decoded } from './decode.ts';
import { ObjectMeta } from './meta.ts';
import {
  any,
  boolean,
  bytes,
  int32,
  int64,
  intOrString,
  list,
  map,
  microTime,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  time,
  type Static,
} from './schema.ts';

const Item = object('io.test.v1.Item', { name: required(string), count: optional(int32) });
const Spec = object('io.test.v1.Spec', {
  replicas: optional(int32),
  big: optional(int64),
  port: optional(intOrString),
  on: optional(boolean),
  items: optional(list(Item)),
  resources: optional(map(quantity)),
  raw: optional(any),
  data: optional(map(bytes)),
  at: optional(time),
  micro: optional(microTime),
});
const Thing = object('io.test.v1.Thing', { kind: optional(string), metadata: stored(ObjectMeta), spec: stored(Spec) });
const read = (json: string): Decoded<Static<typeof Thing>> => decode(Thing, JSON.parse(json));

describe('decoding', () => {
  test('stored parts are there even when nobody wrote them', () => {
    expect(read('{}').object).toEqual({ metadata: {}, spec: {} });
  });

  test('required fields get Go’s zero values, so that validation can read them', () => {
    expect(read('{"spec":{"items":[{}]}}').object.spec.items).toEqual([{ name: '' }]);
  });

  test('unknown fields are dropped and named with their whole path', () => {
    const result = read('{"spec":{"items":[{"name":"a"},{"name":"b","nmae":1}],"foo":{"bar":1}},"x":1}');
    expect(result.strict).toEqual([
      'unknown field "spec.items[1].nmae"',
      'unknown field "spec.foo"',
      'unknown field "x"',
    ]);
    expect(result.object).toEqual({ metadata: {}, spec: { items: [{ name: 'a' }, { name: 'b' }] } });
  });

  test('field names are case-sensitive', () => {
    expect(read('{"spec":{"Replicas":1}}').strict).toEqual(['unknown field "spec.Replicas"']);
  });

  test('null is as good as absent', () => {
    expect(read('{"spec":{"replicas":null},"metadata":null}')).toEqual({
      object: { metadata: {}, spec: {} },
      errors: [],
      strict: [],
    });
  });

  test.each([
    [
      '{"spec":{"replicas":"3"}}',
      'json: cannot unmarshal string into Go struct field Spec.spec.replicas of type int32',
    ],
    [
      '{"spec":{"replicas":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field Spec.spec.replicas of type int32',
    ],
    [
      '{"spec":{"replicas":3000000000}}',
      'json: cannot unmarshal number 3000000000 into Go struct field Spec.spec.replicas of type int32',
    ],
    ['{"spec":{"on":"yes"}}', 'json: cannot unmarshal string into Go struct field Spec.spec.on of type bool'],
    ['{"spec":{"items":{}}}', 'json: cannot unmarshal object into Go struct field Spec.spec.items of type []v1.Item'],
    [
      '{"spec":{"items":[{"count":"x"}]}}',
      'json: cannot unmarshal string into Go struct field Item.spec.items.count of type int32',
    ],
    ['{"spec":[]}', 'json: cannot unmarshal array into Go struct field Thing.spec of type v1.Spec'],
    [
      '{"metadata":{"labels":{"a":true}}}',
      'json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    ['[]', 'json: cannot unmarshal array into Go value of type v1.Thing'],
    ['{"spec":{"resources":{"cpu":"1KK"}}}', "unable to parse quantity's suffix"],
    ['{"spec":{"data":{"a":"%%%"}}}', 'illegal base64 data at input byte 0'],
    [
      '{"spec":{"at":"yesterday"}}',
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
  ])('%s is the error %s', (json, message) => {
    expect(read(json).errors).toEqual([message]);
  });

  test('quantities become canonical, numbers among them', () => {
    const { object: thing } = read('{"spec":{"resources":{"cpu":0.5,"memory":"1024Ki","pods":110}}}');
    expect(thing.spec.resources).toEqual({ cpu: '500m', memory: '1Mi', pods: '110' });
  });

  test('times are in UTC, in seconds or microseconds', () => {
    const { object: thing } = read('{"spec":{"at":"2024-01-02T03:04:05.678+01:00","micro":"2024-01-02T03:04:05.1Z"}}');
    expect(thing.spec.at).toBe('2024-01-02T02:04:05Z');
    expect(thing.spec.micro).toBe('2024-01-02T03:04:05.100000Z');
  });

  test('a port may be a number or a name', () => {
    expect(read('{"spec":{"port":80}}').object.spec.port).toBe(80);
    expect(read('{"spec":{"port":"http"}}').object.spec.port).toBe('http');
    expect(read('{"spec":{"port":true}}').errors).toHaveLength(1);
  });

  test('names that every JavaScript object has are unknown fields, and fine as labels', () => {
    const result = read('{"constructor":1,"toString":2,"metadata":{"labels":{"__proto__":"a","constructor":"b"}}}');
    expect(result.strict).toEqual(['unknown field "constructor"', 'unknown field "toString"']);
    expect(JSON.stringify(result.object.metadata.labels)).toBe('{"__proto__":"a","constructor":"b"}');
  });

  test('findings are bounded', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1]));
    expect(decode(Thing, many).strict).toHaveLength(100);
  });

  test('data of any shape has a bound on its depth', () => {
    expect(read(`{"spec":{"raw":${'['.repeat(5000)}${']'.repeat(5000)}}}`).errors).toEqual(['exceeded max depth']);
  });

  test('the input is not changed, and what needs no change is shared', () => {
    const input = JSON.parse('{"metadata":{"name":"a"},"spec":{"replicas":1},"x":1}');
    const result = decode(Thing, input);
    expect(input).toEqual({ metadata: { name: 'a' }, spec: { replicas: 1 }, x: 1 });
    expect(result.object.spec).toBe(input.spec);
  });

  test('the whole messages name kind and version', () => {
    expect(decodeFailureMessage('Pod', 'v1', ['json: x'])).toBe(
      'Pod in version "v1" cannot be handled as a Pod: json: x',
    );
    expect(strictFailureMessage('Pod', 'v1', ['unknown field "a"', 'unknown field "b"'])).toBe(
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "a", unknown field "b"',
    );
  });
});
