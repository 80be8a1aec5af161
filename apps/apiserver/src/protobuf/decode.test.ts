import { configMaps, Deployment, type ConfigMap } from '@wherry/api';
import { expect, test } from 'vitest';
import { startTestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../testing/objects.ts';
import { decodeMessage } from './decode.ts';

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
