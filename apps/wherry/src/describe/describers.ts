import type { EndpointSlice, Event, Lease, LimitRange, Pod, ReplicaSet, ResourceQuota, Service } from '@wherry/api';
import { isStatusReason } from '../cli/errors.ts';
import type { Session } from '../connection/session.ts';
import { findByWord, type ApiResource } from '../resources/mapping.ts';
import { getObject, listAll } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { describeConfigMap, describeNamespace, describeSecret, describeServiceAccount } from './configuration.ts';
import { eventLines } from './events.ts';
import { describeAnything } from './generic.ts';
import { describeNode } from './node.ts';
import { Page } from './page.ts';
import { describePod } from './pod.ts';
import { describeLimitRange, describeResourceQuota, quotasOfNamespace } from './quotas.ts';
import { describeEndpoints, describeEndpointSlice, describeService } from './service.ts';
import { describeDeployment, describeReplicaSet } from './workloads.ts';

interface Subject {
  readonly session: Session;
  readonly resource: ApiResource;
  readonly object: Unstructured;
  readonly now: Date;
}

interface Describer {
  readonly describe: (page: Page, subject: Subject) => void | Promise<void>;
  /** Secrets and namespaces have no Events section. */
  readonly withoutEvents?: boolean;
}

type Lines = (page: Page, object: Unstructured, pods: readonly Pod[]) => void;

/** A page whose module is loaded when it is shown; `needs` has the pods of the namespace read too. */
function lazy(load: () => Promise<Lines>, needs?: 'pods'): Describer['describe'] {
  return async (page, subject) => {
    const [lines, pods] = await Promise.all([load(), needs ? related<Pod>(subject, needs) : []]);
    lines(page, subject.object, pods);
  };
}

const role: Describer = {
  describe: lazy(async () => (await import('./access.ts')).describeRole),
  withoutEvents: true,
};
const binding: Describer = {
  describe: lazy(async () => (await import('./access.ts')).describeBinding),
  withoutEvents: true,
};

/** The kinds with a page of their own, by `plural.group`; every other kind is described field by field. */
const describers: Readonly<Record<string, Describer>> = {
  pods: { describe: (page, { object, now }) => describePod(page, object, now) },
  nodes: { describe: nodeWithPods },
  services: {
    describe: async (page, subject) => {
      const selector = `kubernetes.io/service-name=${subject.object.metadata.name}`;
      const slices = await related<EndpointSlice>(subject, 'endpointslices.discovery.k8s.io', { selector });
      describeService(page, subject.object, slices);
    },
  },
  'deployments.apps': {
    describe: async (page, subject) => {
      describeDeployment(page, subject.object, await related<ReplicaSet>(subject, 'replicasets.apps'));
    },
  },
  'replicasets.apps': {
    describe: async (page, subject) => describeReplicaSet(page, subject.object, await related<Pod>(subject, 'pods')),
  },
  configmaps: { describe: (page, { object }) => describeConfigMap(page, object) },
  secrets: { describe: (page, { object }) => describeSecret(page, object), withoutEvents: true },
  namespaces: { describe: namespaceWithQuotas, withoutEvents: true },
  resourcequotas: { describe: (page, { object }) => describeResourceQuota(page, object), withoutEvents: true },
  limitranges: { describe: (page, { object }) => describeLimitRange(page, object), withoutEvents: true },
  replicationcontrollers: {
    describe: lazy(async () => (await import('./sets.ts')).describeReplicationController, 'pods'),
  },
  persistentvolumeclaims: { describe: lazy(async () => (await import('./storage.ts')).describeClaim, 'pods') },
  persistentvolumes: { describe: lazy(async () => (await import('./storage.ts')).describePersistentVolume) },
  'storageclasses.storage.k8s.io': { describe: lazy(async () => (await import('./storage.ts')).describeStorageClass) },
  'daemonsets.apps': { describe: lazy(async () => (await import('./sets.ts')).describeDaemonSet, 'pods') },
  'statefulsets.apps': { describe: lazy(async () => (await import('./sets.ts')).describeStatefulSet, 'pods') },
  'jobs.batch': { describe: lazy(async () => (await import('./jobs.ts')).describeJob) },
  'cronjobs.batch': { describe: lazy(async () => (await import('./jobs.ts')).describeCronJob) },
  'poddisruptionbudgets.policy': {
    describe: lazy(async () => (await import('./policies.ts')).describeDisruptionBudget),
  },
  'priorityclasses.scheduling.k8s.io': {
    describe: lazy(async () => (await import('./policies.ts')).describePriorityClass),
  },
  'networkpolicies.networking.k8s.io': {
    describe: lazy(async () => (await import('./policies.ts')).describeNetworkPolicy),
    withoutEvents: true,
  },
  'ingressclasses.networking.k8s.io': {
    describe: lazy(async () => (await import('./policies.ts')).describeIngressClass),
  },
  'horizontalpodautoscalers.autoscaling': {
    describe: lazy(async () => (await import('./autoscaler.ts')).describeAutoscaler),
  },
  'ingresses.networking.k8s.io': { describe: ingressWithBackends },
  'roles.rbac.authorization.k8s.io': role,
  'clusterroles.rbac.authorization.k8s.io': role,
  'rolebindings.rbac.authorization.k8s.io': binding,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
  serviceaccounts: { describe: (page, { object }) => describeServiceAccount(page, object) },
  endpoints: { describe: (page, { object }) => describeEndpoints(page, object) },
  'endpointslices.discovery.k8s.io': { describe: (page, { object }) => describeEndpointSlice(page, object) },
};

const anything: Describer = { describe: (page, { object }) => describeAnything(page, object) };

/** One object's page, with what belongs to it read from the server. */
export async function describeObject(subject: Subject, showEvents: boolean): Promise<string> {
  const { resource } = subject;
  const describer = describers[resource.group ? `${resource.plural}.${resource.group}` : resource.plural] ?? anything;
  const page = new Page();
  const [events] = await Promise.all([
    showEvents && !describer.withoutEvents ? eventsAbout(subject) : [],
    describer.describe(page, subject),
  ]);
  if (showEvents && !describer.withoutEvents) eventLines(page, events, subject.now);
  return page.render();
}

async function related<T>(
  { session, object }: Subject,
  word: string,
  options: { selector?: string; fieldSelector?: string; namespace?: string | undefined } = {},
): Promise<T[]> {
  const resource = findByWord(await session.resources(), word);
  if (!resource) return [];
  return (await listAll(session, resource, { namespace: object.metadata.namespace, ...options })) as unknown as T[];
}

async function eventsAbout(subject: Subject): Promise<Event[]> {
  const { name, uid } = subject.object.metadata;
  // A kubelet knows its node by name when it starts, and so it is in its events; the controllers know the uid.
  const uids = subject.object.kind === 'Node' ? [uid, name] : [uid];
  return (await Promise.all(uids.map((known) => eventsOf(subject, known)))).flat();
}

async function eventsOf(subject: Subject, uid: string | undefined): Promise<Event[]> {
  const { name, namespace } = subject.object.metadata;
  const parts = {
    'involvedObject.kind': subject.object.kind,
    'involvedObject.name': name,
    'involvedObject.namespace': namespace,
    'involvedObject.uid': uid,
  };
  const fieldSelector = Object.entries(parts)
    .filter(([, value]) => value)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return await related<Event>(subject, 'events', { fieldSelector });
}

async function ingressWithBackends(page: Page, subject: Subject): Promise<void> {
  const [{ describeIngress }, services, slices] = await Promise.all([
    import('./ingress.ts'),
    related<Service>(subject, 'services'),
    related<EndpointSlice>(subject, 'endpointslices.discovery.k8s.io'),
  ]);
  describeIngress(page, subject.object, services, slices);
}

async function namespaceWithQuotas(page: Page, subject: Subject): Promise<void> {
  const namespace = subject.object.metadata.name;
  const [quotas, limits] = await Promise.all([
    related<ResourceQuota>(subject, 'resourcequotas', { namespace }),
    related<LimitRange>(subject, 'limitranges', { namespace }),
  ]);
  describeNamespace(page, subject.object);
  quotasOfNamespace(page, quotas, limits);
}

async function nodeWithPods(page: Page, subject: Subject): Promise<void> {
  const { session, object, now } = subject;
  const name = object.metadata.name ?? '';
  const leases = findByWord(await session.resources(), 'leases.coordination.k8s.io');
  const readLease = async (): Promise<Lease | undefined> => {
    if (!leases) return undefined;
    try {
      const info = { resource: leases, namespace: 'kube-node-lease', name, source: '' };
      return (await getObject(session, info)) as unknown as Lease;
    } catch (error) {
      if (isStatusReason(error, 'NotFound') || isStatusReason(error, 'Forbidden')) return undefined;
      throw error;
    }
  };
  const [lease, pods] = await Promise.all([
    readLease(),
    related<Pod>(subject, 'pods', { fieldSelector: `spec.nodeName=${name}` }),
  ]);
  describeNode(page, object, lease, pods, now);
}
