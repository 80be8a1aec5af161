import type { Lease, Node, Pod } from '@wherry/api';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  type Quantity,
} from '@wherry/apimachinery';
import { ageOf } from '../printing/age.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { annotationLines, labelLines, longTime, type Page } from './page.ts';

export function describeNode(
  page: Page,
  object: Unstructured,
  lease: Lease | undefined,
  pods: readonly Pod[],
  now: Date,
): void {
  const node = object as unknown as Node;
  const { metadata, spec } = node;
  const status = node.status ?? {};
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Roles:\t${rolesOf(metadata.labels).join(',') || '<none>'}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  taintLines(page, spec?.taints);
  page.line(0, `Unschedulable:\t${spec?.unschedulable ?? false}`);
  leaseLines(page, lease);
  conditionLines(page, node);
  page.line(0, 'Addresses:');
  for (const { type, address } of status.addresses ?? []) page.line(1, `${type}:\t${address}`);
  resourceLines(page, 'Capacity', status.capacity);
  resourceLines(page, 'Allocatable', status.allocatable);
  systemLines(page, node);
  if (spec?.podCIDR) page.line(0, `PodCIDR:\t${spec.podCIDR}`);
  if (spec?.podCIDRs?.length) page.line(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}`);
  if (spec?.providerID) page.line(0, `ProviderID:\t${spec.providerID}`);
  podLines(
    page,
    node,
    pods.filter((p) => p.status?.phase !== 'Succeeded' && p.status?.phase !== 'Failed'),
    now,
  );
}

function rolesOf(labels: Readonly<Record<string, string>> | undefined): string[] {
  const roles = Object.entries(labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return roles.filter((role) => role !== '').toSorted();
}

function taintLines(
  page: Page,
  taints: readonly { key: string; value?: string | undefined; effect: string }[] = [],
): void {
  page.add('Taints:\t');
  if (taints.length === 0) page.add('<none>\n');
  const sorted = taints.toSorted((a, b) => (a.effect + a.key < b.effect + b.key ? -1 : 1));
  sorted.forEach((t, i) => page.add(`${i === 0 ? '' : '\t'}${t.key}${t.value ? `=${t.value}` : ''}:${t.effect}\n`));
}

function leaseLines(page: Page, lease: Lease | undefined): void {
  page.line(0, 'Lease:');
  const spec = lease?.spec;
  page.line(1, `HolderIdentity:\t${spec?.holderIdentity ?? '<unset>'}`);
  page.line(1, `AcquireTime:\t${spec?.acquireTime ? longTime(spec.acquireTime) : '<unset>'}`);
  page.line(1, `RenewTime:\t${spec?.renewTime ? longTime(spec.renewTime) : '<unset>'}`);
}

function conditionLines(page: Page, node: Node): void {
  const conditions = node.status?.conditions ?? [];
  if (conditions.length === 0) return;
  page.add('Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n');
  page.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
  for (const c of conditions) {
    const times = `${longTime(c.lastHeartbeatTime)} \t${longTime(c.lastTransitionTime)}`;
    page.line(1, `${c.type} \t${c.status} \t${times} \t${c.reason ?? ''} \t${c.message ?? ''}`);
  }
}

function resourceLines(page: Page, title: string, amounts: Readonly<Record<string, string>> | undefined): void {
  const names = Object.keys(amounts ?? {}).toSorted();
  if (names.length === 0) return;
  page.line(0, `${title}:`);
  for (const name of names) page.line(1, `${name}:\t${amounts?.[name]}`);
}

function systemLines(page: Page, node: Node): void {
  const info = node.status?.nodeInfo;
  page.line(0, 'System Info:');
  page.line(1, `Machine ID:\t${info?.machineID ?? ''}`);
  page.line(1, `System UUID:\t${info?.systemUUID ?? ''}`);
  page.line(1, `Boot ID:\t${info?.bootID ?? ''}`);
  page.line(1, `Kernel Version:\t${info?.kernelVersion ?? ''}`);
  page.line(1, `OS Image:\t${info?.osImage ?? ''}`);
  page.line(1, `Operating System:\t${info?.operatingSystem ?? ''}`);
  page.line(1, `Architecture:\t${info?.architecture ?? ''}`);
  page.line(1, `Container Runtime Version:\t${info?.containerRuntimeVersion ?? ''}`);
  page.line(1, `Kubelet Version:\t${info?.kubeletVersion ?? ''}`);
  if (info?.kubeProxyVersion) page.line(1, `Kube-Proxy Version:\t${info.kubeProxyVersion}`);
}

type Amounts = Record<string, Quantity>;
type What = 'requests' | 'limits';

/** The sum over the containers, or what one init container needs alone if that is more. */
function podAmounts(pod: Pod, what: What): Amounts {
  const sum: Amounts = {};
  const sidecars: Amounts = {};
  const peak: Amounts = {};
  for (const container of pod.spec.containers) addAll(sum, container.resources?.[what]);
  for (const container of pod.spec.initContainers ?? []) {
    const own: Amounts = {};
    addAll(own, container.resources?.[what]);
    if (container.restartPolicy === 'Always') {
      addAll(sum, container.resources?.[what]);
      addAll(sidecars, container.resources?.[what]);
    }
    for (const [name, amount] of Object.entries(own)) {
      const beside = sidecars[name];
      const needed = container.restartPolicy !== 'Always' && beside ? addQuantities(amount, beside) : amount;
      if (!peak[name] || compareQuantities(needed, peak[name]) > 0) peak[name] = needed;
    }
  }
  for (const [name, amount] of Object.entries(peak)) {
    if (!sum[name] || compareQuantities(amount, sum[name]) > 0) sum[name] = amount;
  }
  if (what === 'requests') addAll(sum, pod.spec.overhead);
  return sum;
}

function addAll(sum: Amounts, amounts: Readonly<Record<string, string>> | undefined): void {
  for (const [name, text] of Object.entries(amounts ?? {})) {
    sum[name] = sum[name] ? addQuantities(sum[name], text) : parseQuantity(text);
  }
}

function share(amount: Quantity | undefined, of: string | undefined): string {
  const total = of === undefined ? 0 : quantityMilliValue(of);
  const percent = amount && total > 0 ? Math.trunc((quantityMilliValue(amount) / total) * 100) : 0;
  return `${amount ? formatQuantity(amount) : '0'} (${percent}%)`;
}

function podLines(page: Page, node: Node, pods: readonly Pod[], now: Date): void {
  const room = node.status?.allocatable ?? node.status?.capacity ?? {};
  page.line(0, `Non-terminated Pods:\t(${pods.length} in total)`);
  page.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  page.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  const totals: Record<What, Amounts> = { requests: {}, limits: {} };
  for (const pod of pods) {
    const amounts = { requests: podAmounts(pod, 'requests'), limits: podAmounts(pod, 'limits') };
    for (const what of ['requests', 'limits'] as const) {
      for (const [name, amount] of Object.entries(amounts[what])) {
        totals[what][name] = totals[what][name] ? addQuantities(totals[what][name], amount) : amount;
      }
    }
    const cells = ['cpu', 'memory'].flatMap((name) => [
      share(amounts.requests[name], room[name]),
      share(amounts.limits[name], room[name]),
    ]);
    const age = ageOf(pod.metadata.creationTimestamp, now);
    page.line(1, `${pod.metadata.namespace}\t${pod.metadata.name}\t\t${cells.join('\t')}\t${age}`);
  }
  page.add('Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n');
  page.line(1, 'Resource\tRequests\tLimits');
  page.line(1, '--------\t--------\t------');
  const standard = ['cpu', 'memory', 'ephemeral-storage'];
  const huge = Object.keys(room)
    .filter((name) => name.startsWith('hugepages-'))
    .toSorted();
  for (const name of [...standard, ...huge]) {
    page.line(1, `${name}\t${share(totals.requests[name], room[name])}\t${share(totals.limits[name], room[name])}`);
  }
}
