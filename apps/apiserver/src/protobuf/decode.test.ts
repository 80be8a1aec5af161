import { configMaps, Deployment, JSONSchemaProps, type ConfigMap } from '@wherry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startTestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../testing/objects.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';

/** The smallest encoder: [number, value] pairs; strings and lists of pairs are length-delimited, numbers varints. */
type Message = [number, string | number | Message | Buffer][];
function encode(message: Message): Buffer {
  const parts: Buffer[] = [];
  for (const [number, value] of message) {
    if (typeof value === 'number') {
      parts.push(varint((number << 3) | 0), varint(value));
      continue;
    }
    const bytes = Buffer.isBuffer(value) ? value : typeof value === 'string' ? Buffer.from(value) : encode(value);
    parts.push(varint((number << 3) | 2), varint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const typeMeta: Message = [
    [1, apiVersion],
    [2, kind],
  ];
  return Buffer.concat([
    Buffer.from('k8s\0'),
    encode([
      [1, typeMeta],
      [2, raw],
    ]),
  ]);
}

test('zero values are absence where Go has no pointer, and kept where it has one', () => {
  const object = decodeMessage(
    Deployment,
    encode([
      [
        1,
        [
          [1, 'web'],
          [2, ''],
          [
            8,
            [
              [1, 0],
              [2, 0],
            ],
          ],
          [
            11,
            [
              [1, 'app'],
              [2, 'web'],
            ],
          ],
        ],
      ],
      [
        2,
        [
          [1, 0],
          [
            3,
            [
              [
                2,
                [
                  [
                    2,
                    [
                      [1, 'c'],
                      [2, 'img'],
                      [6, [[3, 80]]],
                      [16, 0],
                    ],
                  ],
                ],
              ],
            ],
          ],
          [
            4,
            [
              [
                2,
                [
                  [
                    1,
                    [
                      [1, 1],
                      [2, 0],
                      [3, '25%'],
                    ],
                  ],
                ],
              ],
            ],
          ],
          [5, 0],
          [7, 0],
        ],
      ],
    ]),
  );
  expect(object).toEqual({
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 0,
      template: { spec: { containers: [{ name: 'c', image: 'img', ports: [{ containerPort: 80 }] }] } },
      strategy: { rollingUpdate: { maxUnavailable: '25%' } },
    },
  });
});

test('a client may send a ConfigMap as protobuf, and what is cut off is refused', async () => {
  const cluster = await startTestApiserver();
  const raw = encode([
    [1, [[1, 'proto']]],
    [
      2,
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      3,
      [
        [1, 'bin'],
        [2, Buffer.from([1, 2, 255])],
      ],
    ],
  ]);
  const path = '/api/v1/namespaces/default/configmaps';
  const contentType = 'application/vnd.kubernetes.protobuf';
  const body = envelope('v1', 'ConfigMap', raw);
  await cluster.client.request({ method: 'POST', path, body, contentType });
  const stored = await cluster.client.resource<ConfigMap>(configMaps).get('proto', { namespace: 'default' });
  expect(stored).toMatchObject({ data: { a: 'b' }, binaryData: { bin: 'AQL/' } });
  for (const bad of [
    body.subarray(0, body.length - 3),
    Buffer.from('{}'),
    envelope('v1', 'ConfigMap', Buffer.from([0x0a, 0xff])),
  ]) {
    expect((await refusal(cluster.client.request({ method: 'POST', path, body: bad, contentType }))).code).toBe(400);
  }
  await cluster.close();
});

test('bytes of any kind are either an object or an error, and soon', () => {
  const message = encodeMessage(Deployment, {
    metadata: { name: 'web', labels: { a: 'b' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
      },
    },
  });
  const damaged = fc.array(fc.tuple(fc.nat(message.length - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
    const bytes = Buffer.from(message);
    for (const [at, value] of changes) bytes[at] = value;
    return bytes;
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    damaged,
  );
  fc.assert(
    fc.property(bytes, (body) => {
      let object: object;
      try {
        object = decodeMessage(Deployment, body);
      } catch (error) {
        expect((error as Error).message).toMatch(/proto|EOF|JSON/);
        return;
      }
      expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    }),
    { numRuns: 5_000 },
  );
  // A schema that is not the schema that is not the schema ...
  let nested = Buffer.alloc(0);
  for (let i = 0; i < 1_000; i++) nested = Buffer.concat([varint((28 << 3) | 2), varint(nested.length), nested]);
  expect(() => decodeMessage(JSONSchemaProps, nested)).toThrow('proto: exceeded max depth');
});
