import { formatFieldError, type KubeObject } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { cronJobs, jobs } from '../resources.ts';
import { cronProblem } from './cron-syntax.ts';
import { countIndexes, overlap } from './index-list.ts';
import { validateCreate, validateStatusUpdate, validateUpdate } from './index.ts';
import { container, creating, made, metadata as named, updating } from './judge.test-support.ts';

const metadata = { ...named, uid: 'u' };
const generated = {
  'controller-uid': 'u',
  'job-name': 'x',
  'batch.kubernetes.io/controller-uid': 'u',
  'batch.kubernetes.io/job-name': 'x',
};
const selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } };
const pod = { containers: [container], restartPolicy: 'Never' };
const template = { metadata: { labels: generated }, spec: pod };
const job = (more: object): object => ({ metadata, spec: { selector, template, ...more } });
const indexed = { completionMode: 'Indexed', completions: 5 };

describe('jobs', () => {
  test('one as the server makes it is right', () => expect(creating(jobs, job({}))).toEqual([]));

  test('defaults follow from what is given', () => {
    expect(made(jobs, job({}))).toMatchObject({
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
      metadata: { labels: generated },
    });
    const { spec } = made(jobs, job({ parallelism: 3 })) as KubeObject & { spec: object };
    expect(spec).not.toHaveProperty('completions');
    expect(made(jobs, job({ ...indexed, backoffLimitPerIndex: 1 }))).toMatchObject({
      spec: { backoffLimit: 2147483647 },
    });
  });

  test.each([
    [{ parallelism: -1 }, 'spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
    [
      { template: { ...template, spec: { containers: [container] } } },
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
    [
      { template: { ...template, metadata: { labels: { ...generated, 'job-name': 'y' } } } },
      expect.stringContaining('spec.template.metadata.labels[job-name]: Invalid value: {') as string,
    ],
    [
      { completionMode: 'Sorted' },
      'spec.completionMode: Unsupported value: "Sorted": supported values: "NonIndexed", "Indexed"',
    ],
    [
      { completionMode: 'Indexed', parallelism: 1 },
      'spec.completions: Required value: when completion mode is Indexed',
    ],
    [{ backoffLimitPerIndex: 1 }, 'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    [
      { ...indexed, maxFailedIndexes: 1 },
      'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
    ],
    [
      { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 6 },
      'spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions',
    ],
    [
      { podReplacementPolicy: 'Never' },
      'spec.podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"',
    ],
    [
      { managedBy: 'me' },
      'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
  ])('%j is refused', (more, message) => expect(creating(jobs, job(more))).toEqual([message]));

  test('rules about failures say one thing each', () => {
    const rule = (more: object): string[] => creating(jobs, job({ podFailurePolicy: { rules: [more] } }));
    const at = 'spec.podFailurePolicy.rules[0]';
    const codes = { operator: 'In', values: [1, 2] };
    expect(rule({ action: 'FailJob', onExitCodes: codes })).toEqual([]);
    expect(rule({ action: 'FailJob' })).toEqual([
      `${at}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    ]);
    expect(rule({ action: 'FailJob', onExitCodes: codes, onPodConditions: [{ type: 'Ready' }] })).toEqual([
      `${at}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`,
    ]);
    expect(rule({ action: 'Pray', onExitCodes: codes })).toEqual([
      `${at}.action: Unsupported value: "Pray": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
    ]);
    expect(rule({ action: 'FailIndex', onExitCodes: codes })).toEqual([
      `${at}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
    ]);
    const odd = { operator: 'In', values: [2, 0, 2], containerName: 'gone' };
    expect(rule({ action: 'Ignore', onExitCodes: odd })).toEqual([
      `${at}.onExitCodes.containerName: Invalid value: "gone": must be one of the container or initContainer names in the pod template`,
      `${at}.onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator`,
      `${at}.onExitCodes.values[2]: Duplicate value: 2`,
      `${at}.onExitCodes.values: Invalid value: [2,0,2]: must be ordered`,
    ]);
  });

  test('rules about success fit the number of completions', () => {
    const rules = (list: object[]): string[] => creating(jobs, job({ ...indexed, successPolicy: { rules: list } }));
    const at = 'spec.successPolicy.rules';
    expect(rules([{ succeededIndexes: '0,2-4', succeededCount: 2 }])).toEqual([]);
    expect(rules([])).toEqual([
      `${at}: Required value: at least one rules must be specified when the successPolicy is specified`,
    ]);
    expect(rules([{ succeededCount: 6 }])).toEqual([
      `${at}[0].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)`,
    ]);
    expect(rules([{ succeededIndexes: '0-9' }])).toEqual([
      `${at}[0].succeededIndexes: Invalid value: "0-9": error parsing succeededIndexes: too large index: "9"`,
    ]);
  });

  test('what a job runs stays, but a suspended one that has not begun may go elsewhere', () => {
    const elsewhere = { ...template, spec: { ...pod, nodeSelector: { zone: 'b' } } };
    const immutable = expect.stringMatching(/^spec\.template: Invalid value: .*: field is immutable$/) as string;
    expect(updating(jobs, job({}), job({ template: elsewhere }))).toEqual([immutable]);
    expect(updating(jobs, job({ suspend: true }), job({ suspend: false, template: elsewhere }))).toEqual([]);
    const other = { ...template, spec: { ...pod, containers: [{ ...container, image: 'other' }] } };
    expect(updating(jobs, job({ suspend: true }), job({ suspend: true, template: other }))).toEqual([immutable]);
    expect(updating(jobs, job({}), job({ completions: 2 }))).toEqual([
      'spec.completions: Invalid value: 2: field is immutable',
    ]);
    const from = job({ ...indexed, parallelism: 5 });
    expect(updating(jobs, from, job({ ...indexed, completions: 3, parallelism: 3 }))).toEqual([]);
    expect(updating(jobs, from, job({ ...indexed, completions: 3, parallelism: 5 }))).toEqual([
      'spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism',
    ]);
  });

  test('a status goes forward only', () => {
    const condition = (...types: string[]): object => ({ conditions: types.map((type) => ({ type, status: 'True' })) });
    const times = { startTime: '2024-01-01T00:00:00Z', completionTime: '2024-01-01T00:01:00Z' };
    const reporting = (from: object, to: object, spec: object = {}): string[] => {
      const [object, old] = [to, from].map((status) => made(jobs, { ...job(spec), status })) as [
        KubeObject,
        KubeObject,
      ];
      return validateStatusUpdate(jobs, object, old).map(formatFieldError);
    };
    const done = { ...condition('SuccessCriteriaMet', 'Complete'), ...times, succeeded: 1 };
    expect(reporting({ active: 1, startTime: times.startTime }, done)).toEqual([]);
    expect(reporting(done, { ...done, ...condition('SuccessCriteriaMet'), completionTime: undefined })).toEqual([
      'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
    ]);
    expect(reporting({}, { ...condition('Failed'), startTime: times.startTime, active: 1 })).toEqual([
      'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
      'status.active: Invalid value: 1: active>0 is invalid for finished job',
    ]);
    expect(reporting({ failed: 2 }, { failed: 1 })).toEqual([
      'status.failed: Invalid value: 1: cannot decrease the failed counter',
    ]);
    const both = { completedIndexes: '0-2', failedIndexes: '2-3' };
    expect(reporting({}, both, { ...indexed, backoffLimitPerIndex: 1 })).toEqual([
      'status.failedIndexes: Invalid value: "2-3": failedIndexes and completedIndexes overlap at index: 2',
    ]);
  });
});

test.each([
  ['', 0],
  ['0,2-4', 4],
  ['1,1', 'non-increasing order, previous: 1, current: 1'],
  ['3-2', 'non-increasing order, previous: 3, current: 2'],
  [
    '1-2-3',
    `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`,
  ],
  ['a', 'cannot convert string to integer for index: "a"'],
  ['5', 'too large index: "5"'],
])('the list of indexes %j', (text, expected) => expect(countIndexes(text, 5)).toBe(expected));

test('lists of indexes that do not meet', () => {
  expect(overlap('0-1,4', '2-3', 5)).toBeUndefined();
  expect(overlap('0-1,3', '2-3', 5)).toBe('failedIndexes and completedIndexes overlap at index: 3');
});

describe('cron jobs', () => {
  const cron = (more: object): object => ({
    metadata: named,
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: pod } } }, ...more },
  });

  test('a plain one is right', () => expect(creating(cronJobs, cron({}))).toEqual([]));

  test.each([
    [{ schedule: '' }, 'spec.schedule: Required value'],
    [{ schedule: '* * * *' }, 'spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]'],
    [
      { schedule: 'TZ=UTC 0 * * * *' },
      'spec.schedule: Invalid value: "TZ=UTC 0 * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
    [
      { timeZone: 'Europe/Nowhere' },
      'spec.timeZone: Invalid value: "Europe/Nowhere": unknown time zone Europe/Nowhere',
    ],
    [{ timeZone: 'europe/berlin' }, 'spec.timeZone: Invalid value: "europe/berlin": unknown time zone europe/berlin'],
    [{ timeZone: '../etc' }, 'spec.timeZone: Invalid value: "../etc": unknown time zone ../etc'],
    [
      { timeZone: 'Local' },
      'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    ],
    [
      { concurrencyPolicy: 'Maybe' },
      'spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"',
    ],
    [
      { jobTemplate: { spec: { selector: {}, template: { spec: pod } } } },
      'spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated',
    ],
    [
      { failedJobsHistoryLimit: -1 },
      'spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
    ],
  ])('%j is refused', (more, message) => expect(creating(cronJobs, cron(more))).toEqual([message]));

  test('a time zone that exists is right, and so is a name that its jobs can carry', () => {
    expect(creating(cronJobs, cron({ timeZone: 'Europe/Berlin' }))).toEqual([]);
    const long = made(cronJobs, { ...cron({}), metadata: { ...named, name: 'x'.repeat(53) } });
    expect(validateCreate(cronJobs, long).map(formatFieldError)).toEqual([
      expect.stringContaining('must be no more than 52 characters'),
    ]);
    expect(validateUpdate(cronJobs, long, long)).toEqual([]);
  });
});

test.each([
  ['0 0 1 jan sun', undefined],
  ['*/15 0-6,8-10/2 ? * MON-FRI', undefined],
  ['@hourly', undefined],
  ['@every 1h30m', undefined],
  ['CRON_TZ=Asia/Tokyo 0 0 * * *', undefined],
  ['@sometimes', 'unrecognized descriptor: @sometimes'],
  ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['TZ=Nowhere 0 * * * *', 'provided bad location Nowhere: unknown time zone Nowhere'],
])('the schedule %j', (schedule, problem) => expect(cronProblem(schedule)).toBe(problem));
