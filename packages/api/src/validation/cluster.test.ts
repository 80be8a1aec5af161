import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import type { CertificateSigningRequest } from '../certificates/certificate-signing-request.ts';
import {
  apiServices,
  certificateSigningRequests,
  flowSchemas,
  mutatingAdmissionPolicies,
  mutatingWebhookConfigurations,
  priorityLevelConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from '../resources.ts';
import { validateApproval, validateStatusUpdate, validateUpdate } from './index.ts';
import { creating, made } from './judge.test-support.ts';

const named = { name: 'x' };
const pem = (label: string): string => btoa(`-----BEGIN ${label}-----\nYQ==\n-----END ${label}-----\n`);

describe('certificate signing requests', () => {
  const asked = {
    request: pem('CERTIFICATE REQUEST'),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
  };
  const of = (spec: object = {}, status?: object): object => ({ metadata: named, spec: { ...asked, ...spec }, status });

  test.each([
    [{}, []],
    [
      { request: btoa('x') },
      [`spec.request: Invalid value: "${btoa('x')}": PEM block type must be CERTIFICATE REQUEST`],
    ],
    [{ usages: [] }, ['spec.usages: Required value: usages must be provided']],
    [{ usages: ['any', 'any'] }, ['spec.usages[1]: Duplicate value: "any"']],
    [
      { expirationSeconds: 599 },
      ['spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)'],
    ],
    [{ signerName: '' }, ['spec.signerName: Required value: signerName must be provided']],
    [
      { signerName: 'example.com' },
      [
        'spec.signerName: Invalid value: "example.com": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
    ],
    [
      { signerName: 'local/x' },
      ['spec.signerName: Invalid value: "local": should be a domain with at least two segments separated by dots'],
    ],
    [
      { signerName: 'kubernetes.io/legacy-unknown' },
      [
        'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
      ],
    ],
  ])('%j', (spec, errors) => {
    expect(creating(certificateSigningRequests, of(spec))).toEqual(errors);
  });

  const at = (...conditions: object[]): CertificateSigningRequest =>
    made(certificateSigningRequests, of({}, { conditions })) as CertificateSigningRequest;
  const condition = (type: string, status = 'True'): object => ({ type, status });
  const [fresh, approved] = [at(), at(condition('Approved'))];
  const texts = (errors: Parameters<typeof formatFieldError>[0][]): string[] => errors.map(formatFieldError);
  const through = { status: validateStatusUpdate, object: validateUpdate };
  const by = (door: keyof typeof through, next: CertificateSigningRequest, old: CertificateSigningRequest): string[] =>
    texts(through[door](certificateSigningRequests, next, old));

  test('are approved through /approval alone', () => {
    const adds = 'status.conditions: Forbidden: updates may not add a condition of type "Approved"';
    expect(texts(validateApproval(approved, fresh))).toEqual([]);
    expect(by('status', approved, fresh)).toEqual([adds]);
    expect(by('object', approved, fresh)).toEqual([adds]);
    const changed = at({ ...condition('Approved'), message: 'other' });
    expect(by('status', changed, approved)).toEqual([
      'status.conditions: Forbidden: updates may not modify a condition of type "Approved"',
    ]);
  });

  test('do not take back what was decided', () => {
    const removes = 'status.conditions: Forbidden: updates may not remove a condition of type "Approved"';
    expect(texts(validateApproval(fresh, approved))).toEqual([removes]);
    expect(texts(validateApproval(at(condition('Approved'), condition('Denied')), approved))).toEqual([
      'status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
    ]);
    expect(texts(validateApproval(at(condition('Approved', 'False')), fresh))).toEqual([
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
    ]);
  });

  test('get their certificate through /status, once', () => {
    const issued = (label: string): CertificateSigningRequest =>
      made(certificateSigningRequests, of({}, { certificate: pem(label) })) as CertificateSigningRequest;
    expect(by('status', issued('CERTIFICATE'), fresh)).toEqual([]);
    expect(texts(validateApproval(issued('CERTIFICATE'), fresh))).toEqual([
      'status.certificate: Forbidden: updates may not set certificate content',
    ]);
    const other = made(certificateSigningRequests, of({}, { certificate: btoa(`${atob(pem('CERTIFICATE'))}\n`) }));
    expect(by('status', other as CertificateSigningRequest, issued('CERTIFICATE'))).toEqual([
      'status.certificate: Forbidden: updates may not modify existing certificate content',
    ]);
    expect(by('status', issued('PRIVATE KEY'), fresh)).toEqual([
      'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"',
    ]);
  });
});

describe('flow control', () => {
  const user = { kind: 'User', user: { name: 'ann' } };
  const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }];
  const schema = (rule: object = {}, more: object = {}): object => ({
    metadata: named,
    spec: {
      priorityLevelConfiguration: { name: 'low' },
      rules: [{ subjects: [user], resourceRules, ...rule }],
      ...more,
    },
  });
  const rule = 'spec.rules[0]';

  test.each([
    [schema(), []],
    [
      schema({}, { matchingPrecedence: 1 }),
      ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    ],
    [
      schema({}, { priorityLevelConfiguration: {} }),
      ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
    ],
    [schema({ subjects: [] }), [`${rule}.subjects: Required value: subjects must contain at least one value`]],
    [
      schema({ subjects: [{ ...user, group: { name: 'ops' } }] }),
      [`${rule}.subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'`],
    ],
    [
      schema({ subjects: [{ kind: 'Group' }] }),
      [`${rule}.subjects[0].group: Required value: group is required when subject kind is 'Group'`],
    ],
    [
      schema({ resourceRules: [{ verbs: ['*', 'get'], apiGroups: [''], resources: ['pods'], namespaces: ['a'] }] }),
      [`${rule}.resourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`],
    ],
    [
      schema({ resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }),
      [
        `${rule}.resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
      ],
    ],
    [
      schema({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a/*/b'] }] }),
      [`${rule}.nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a/*/b": wildcard can only do suffix matching`],
    ],
  ])('flow schemas %#', (object, errors) => {
    expect(creating(flowSchemas, object)).toEqual(errors);
  });

  const level = (limited: object | undefined, more: object = {}): object => ({
    metadata: named,
    spec: { type: 'Limited', limited, ...more },
  });
  const queue = (queuing: object): object => level({ limitResponse: { type: 'Queue', queuing } });
  const queuing = 'spec.limited.limitResponse.queuing';

  test('a level that queues has defaults', () => {
    expect(made(priorityLevelConfigurations, queue({}))).toMatchObject({
      spec: {
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    });
  });

  test.each([
    [queue({}), []],
    [level(undefined), ['spec.limited: Required value: must not be empty when type is Limited']],
    [
      level({ limitResponse: { type: 'Reject' }, lendablePercent: 101 }),
      ['spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive'],
    ],
    [
      queue({ queues: 4, handSize: 5 }),
      [`${queuing}.handSize: Invalid value: 5: should not be greater than queues (4)`],
    ],
    [
      queue({ queues: 512, handSize: 8 }),
      [
        `${queuing}.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60`,
      ],
    ],
    [
      level(undefined, { type: 'Exempt' }),
      [`spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`],
    ],
  ])('priority levels %#', (object, errors) => {
    expect(creating(priorityLevelConfigurations, object)).toEqual(errors);
  });
});

describe('webhooks', () => {
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }];
  const webhook = {
    name: 'a.example.com',
    clientConfig: { service: { name: 'hook', namespace: 'default' } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules,
  };
  const hooks = (more: object = {}): object => ({ metadata: named, webhooks: [{ ...webhook, ...more }] });
  const errorsOf = (more: object): string[] => creating(validatingWebhookConfigurations, hooks(more));

  test('have defaults', () => {
    expect(made(mutatingWebhookConfigurations, hooks())).toMatchObject({
      webhooks: [
        {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          reinvocationPolicy: 'Never',
          rules: [{ scope: '*' }],
          clientConfig: { service: { port: 443 } },
        },
      ],
    });
    expect(creating(mutatingWebhookConfigurations, hooks())).toEqual([]);
  });

  const at = 'webhooks[0]';
  test.each([
    [
      { name: 'short' },
      `${at}.name: Invalid value: "short": should be a domain with at least three segments separated by dots`,
    ],
    [{ sideEffects: 'Some' }, `${at}.sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"`],
    [
      { timeoutSeconds: 31 },
      `${at}.timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds`,
    ],
    [{ admissionReviewVersions: [] }, `${at}.admissionReviewVersions: Required value: must specify one of v1, v1beta1`],
    [
      { admissionReviewVersions: ['v2'] },
      `${at}.admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1`,
    ],
    [{ clientConfig: {} }, `${at}.clientConfig: Required value: exactly one of url or service is required`],
    [
      { clientConfig: { url: 'http://a.io' } },
      `${at}.clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
    ],
    [
      { clientConfig: { url: 'https://u:p@a.io' } },
      `${at}.clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL`,
    ],
    [
      { clientConfig: { service: { name: 'a', namespace: 'b', path: 'x' } } },
      `${at}.clientConfig.service.path: Invalid value: "x": must start with a '/'`,
    ],
    [
      { rules: [{ ...rules[0], resources: ['pods/*', 'pods/log'] }] },
      `${at}.rules[0].resources[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`,
    ],
    [
      { rules: [{ ...rules[0], operations: ['*', 'CREATE'] }] },
      `${at}.rules[0].operations: Invalid value: ["*","CREATE"]: if '*' is present, must not specify other operations`,
    ],
    [{ matchConditions: [{ name: 'a', expression: ' ' }] }, `${at}.matchConditions[0].expression: Required value`],
  ])('%j', (more, error) => {
    expect(errorsOf(more)).toContain(error);
  });

  test('have names of their own', () => {
    const twice = { metadata: named, webhooks: [webhook, webhook] };
    expect(creating(validatingWebhookConfigurations, twice)).toEqual([
      'webhooks[1].name: Duplicate value: "a.example.com"',
    ]);
  });
});

describe('admission policies', () => {
  const resourceRules = [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] }];
  const policy = (spec: object): object => ({
    metadata: named,
    spec: { matchConstraints: { resourceRules }, ...spec },
  });
  const validations = [{ expression: 'object.spec.replicas <= 5' }];

  test.each([
    [{ validations }, []],
    [
      { validations, paramKind: { apiVersion: 'a/b/c', kind: 'X' } },
      ['spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
    ],
    [
      {},
      [
        'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
        'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
      ],
    ],
    [{ validations, matchConstraints: undefined }, ['spec.matchConstraints: Required value']],
    [
      { validations: [{ expression: ' ' }] },
      ['spec.validations[0].expression: Required value: expression is not specified'],
    ],
    [
      { validations: [{ ...validations[0], message: 'a\nb', reason: 'Gone' }] },
      [
        'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Gone": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      ],
    ],
    [
      { validations, variables: [{ name: 'if', expression: '1' }] },
      ['spec.variables[0].name: Invalid value: "if": name is not a valid CEL identifier'],
    ],
  ])('that validate %#', (spec, errors) => {
    expect(creating(validatingAdmissionPolicies, policy(spec))).toEqual(errors);
  });

  test.each([
    [{ reinvocationPolicy: 'Never', mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }] }, []],
    [
      { mutations: [] },
      [
        'spec.reinvocationPolicy: Required value',
        'spec.mutations: Required value: mutations must contain at least one item',
      ],
    ],
  ])('that mutate %#', (spec, errors) => {
    expect(creating(mutatingAdmissionPolicies, policy(spec))).toEqual(errors);
  });

  test.each([
    [{ policyName: 'p', validationActions: ['Deny'] }, []],
    [{ validationActions: ['Deny'] }, ['spec.policyName: Required value']],
    [
      { policyName: 'p', validationActions: ['Deny', 'Warn'] },
      [
        'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      { policyName: 'p', validationActions: ['Deny'], paramRef: { parameterNotFoundAction: 'Allow' } },
      ['spec.paramRef: Required value: one of name or selector must be specified'],
    ],
  ])('are bound %#', (spec, errors) => {
    expect(creating(validatingAdmissionPolicyBindings, { metadata: named, spec })).toEqual(errors);
  });
});

describe('API services', () => {
  const priorities = { groupPriorityMinimum: 1000, versionPriority: 15 };
  const service = (name: string, spec: object): object => ({ metadata: { name }, spec: { ...priorities, ...spec } });
  const remote = { group: 'metrics.k8s.io', version: 'v1', service: { namespace: 'kube-system', name: 'metrics' } };

  test.each([
    [service('v1.metrics.k8s.io', remote), []],
    [
      service('metrics', remote),
      ['metadata.name: Invalid value: "metrics": must be `spec.version+"."+spec.group`: "v1.metrics.k8s.io"'],
    ],
    [
      service('v2.', { version: 'v2' }),
      ['spec.group: Required value: only v1 may have an empty group and it better be legacy kube'],
    ],
    [
      service('v1.metrics.k8s.io', { ...remote, versionPriority: 0 }),
      ['spec.versionPriority: Invalid value: 0: must be positive and less than 1000'],
    ],
    [
      service('v1.', { version: 'v1', insecureSkipTLSVerify: true, caBundle: btoa('abc') }),
      [
        'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
        'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
      ],
    ],
  ])('%#', (object, errors) => {
    expect(creating(apiServices, object)).toEqual(errors);
  });
});
