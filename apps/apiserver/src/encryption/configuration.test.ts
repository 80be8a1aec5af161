import { expect, test } from 'vitest';
import { parseEncryptionConfiguration } from './configuration.ts';
import { Transformers } from './transformer.ts';

const secret = Buffer.alloc(32, 1).toString('base64');
const key = (name: string, value = secret) => ({ name, secret: value });
const aesgcm = { aesgcm: { keys: [key('k1')] } };
const identity = { identity: {} };

function text(...resources: { resources?: unknown; providers?: unknown }[]): string {
  return JSON.stringify({ kind: 'EncryptionConfiguration', apiVersion: 'apiserver.config.k8s.io/v1', resources });
}

function refusal(configuration: string): string {
  try {
    void new Transformers(parseEncryptionConfiguration(configuration));
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

test('a configuration in YAML is read: which resources, and by which providers in which order', () => {
  const configuration = `
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets, widgets.example.com, '*.apps']
  providers:
  - aesgcm: {keys: [{name: k1, secret: ${secret}}]}
  - identity: {}
`;
  expect(parseEncryptionConfiguration(configuration)).toEqual([
    {
      resources: [
        { resource: 'secrets', group: '' },
        { resource: 'widgets', group: 'example.com' },
        { resource: '*', group: 'apps' },
      ],
      providers: [{ type: 'aesgcm', keys: [{ name: 'k1', secret: Buffer.alloc(32, 1) }] }, { type: 'identity' }],
    },
  ]);
});

const entry = (resources: unknown, providers: unknown = [identity]) => text({ resources, providers });
test.each([
  ['nothing', '', 'it is empty'],
  ['no YAML', `a: [${secret}`, 'it is not YAML: '],
  ['another kind', '{"kind":"Pod","apiVersion":"v1"}', 'expected kind "EncryptionConfiguration"'],
  ['no resources', text(), 'resources: Required value: at least one resources is required'],
  ['an empty list of resources', entry([]), 'at least one resources[0].resources is required'],
  ['no providers', entry(['secrets'], []), 'at least one resources[0].providers is required'],
  [
    'an unknown field',
    text({ resources: ['secrets'], providers: [identity], x: 1 } as object),
    'resources[0].x: Invalid value: unknown field',
  ],
  ['capital letters', entry(['Secrets']), 'resource name should not contain capital letters'],
  [
    'a lone star',
    entry(['*']),
    "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources",
  ],
  ['a resource twice', entry(['secrets', 'secrets']), 'the same resource cannot be specified multiple times'],
  ['a resource and its group', entry(['secrets', '*.']), "using overlapping resources such as 'secrets' and '*.'"],
  ['everything and something', entry(['*.*', 'pods']), "using overlapping resources such as 'secrets' and '*.'"],
  ['events by their other group', entry(['events.events.k8s.io']), "Use 'events' instead in the config file"],
  ['a group that is gone', entry(['deployments.extensions']), "'extensions' group has been removed"],
  ['a resource of any group', entry(['secrets.*']), 'encrypting the same resource across groups is not supported'],
  [
    'what has no REST API',
    entry(['serviceipallocations']),
    'resources which do not have REST API/s cannot be encrypted',
  ],
  [
    'a resource after its wildcard',
    text({ resources: ['*.'], providers: [identity] }, { resources: ['secrets'], providers: [identity] }),
    'resource "secrets" is masked by earlier rule "*."',
  ],
  [
    'a group after everything',
    text({ resources: ['*.*'], providers: [identity] }, { resources: ['*.apps'], providers: [identity] }),
    'resource "*.apps" is masked by earlier rule "*.*"',
  ],
  ['an empty provider', entry(['secrets'], [{}]), 'provider does not contain any of the expected providers'],
  [
    'two providers in one',
    entry(['secrets'], [{ ...aesgcm, ...identity }]),
    'more than one provider specified in a single element',
  ],
  [
    'kms',
    entry(['secrets'], [{ kms: { name: 'x' } }]),
    'providers[0].kms: Invalid value: this provider is not supported, use one of aesgcm',
  ],
  [
    'secretbox',
    entry(['secrets'], [{ secretbox: { keys: [] } }]),
    'providers[0].secretbox: Invalid value: this provider is not supported',
  ],
  ['no keys', entry(['secrets'], [{ aesgcm: { keys: [] } }]), 'at least one keys is required'],
  [
    'a key without a name',
    entry(['secrets'], [{ aesgcm: { keys: [{ secret }] } }]),
    'name is a mandatory field for a key',
  ],
  [
    'a key without a secret',
    entry(['secrets'], [{ aesgcm: { keys: [{ name: 'a' }] } }]),
    'secret is a mandatory field for a key',
  ],
  ['a name with a colon', entry(['secrets'], [{ aesgcm: { keys: [key('a:b')] } }]), "must not contain ':'"],
  ['no base64', entry(['secrets'], [{ aesgcm: { keys: [key('a', `${secret}!`)] } }]), 'secrets must be base64 encoded'],
  [
    'a key of a wrong length',
    entry(['secrets'], [{ aesgcm: { keys: [key('a', 'YWJj')] } }]),
    'secret is not of the expected length, got 3, expected one of [16 24 32]',
  ],
])('%s is refused in one line, without a secret in it', (_what, configuration, message) => {
  const said = refusal(configuration);
  expect(said).toContain(message);
  expect(said).not.toContain('\n');
  expect(said).not.toContain(secret.slice(0, 20));
});
