import type { Pod } from '@wherry/api';
import { humanDuration } from '../printing/age.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { containerLines } from './containers.ts';
import { annotationLines, controlledBy, labelLines, longTime, type Page } from './page.ts';
import { tolerationLines } from './pod-template.ts';
import { volumeLines } from './volumes.ts';

export function describePod(page: Page, object: Unstructured, now: Date): void {
  const pod = object as unknown as Pod;
  const { metadata, spec } = pod;
  const status = pod.status ?? {};
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  if (spec.priority !== undefined) page.line(0, `Priority:\t${spec.priority}`);
  if (spec.priorityClassName) page.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
  if (spec.runtimeClassName) page.line(0, `Runtime Class Name:\t${spec.runtimeClassName}`);
  if (spec.serviceAccountName) page.line(0, `Service Account:\t${spec.serviceAccountName}`);
  page.line(0, `Node:\t${spec.nodeName ? `${spec.nodeName}/${status.hostIP ?? ''}` : '<none>'}`);
  if (status.startTime) page.line(0, `Start Time:\t${longTime(status.startTime)}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  phaseLines(page, pod, now);
  addressLines(page, pod);
  controlledBy(page, object);
  if (status.nominatedNodeName) page.line(0, `NominatedNodeName:\t${status.nominatedNodeName}`);
  const fieldValue = (path: string): string => metadataValue(object, path);
  if (spec.initContainers?.length) {
    const statuses = status.initContainerStatuses;
    containerLines(page, 'Init Containers', spec.initContainers, { space: '', statuses, fieldValue });
  }
  containerLines(page, 'Containers', spec.containers, { space: '', statuses: status.containerStatuses, fieldValue });
  conditionLines(page, pod);
  volumeLines(page, spec.volumes, '');
  if (status.qosClass) page.line(0, `QoS Class:\t${status.qosClass}`);
  labelLines(page, 'Node-Selectors', spec.nodeSelector);
  tolerationLines(page, 'Tolerations', spec.tolerations);
}

function phaseLines(page: Page, pod: Pod, now: Date): void {
  const { phase = '', reason, message } = pod.status ?? {};
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp && phase !== 'Succeeded' && phase !== 'Failed') {
    page.line(0, `Status:\tTerminating (lasts ${humanDuration(now.getTime() - Date.parse(deletionTimestamp))})`);
    page.line(0, `Termination Grace Period:\t${deletionGracePeriodSeconds ?? 0}s`);
  } else {
    page.line(0, `Status:\t${phase}`);
  }
  if (reason) page.line(0, `Reason:\t${reason}`);
  if (message) page.line(0, `Message:\t${message}`);
  const seccomp = pod.spec.securityContext?.seccompProfile;
  if (seccomp) page.line(0, `SeccompProfile:\t${seccomp.type}`);
}

function addressLines(page: Page, pod: Pod): void {
  const { podIP, podIPs } = pod.status ?? {};
  page.line(0, `IP:\t${podIP ?? ''}`);
  page.line(0, `IPs:${podIPs?.length ? '' : '\t<none>'}`);
  for (const { ip } of podIPs ?? []) page.line(1, `IP:\t${ip}`);
}

function conditionLines(page: Page, pod: Pod): void {
  const conditions = pod.status?.conditions ?? [];
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length > 0) {
    page.add('Readiness Gates:\n  Type\tStatus\n');
    for (const { conditionType } of gates) {
      const status = conditions.find((c) => c.type === conditionType)?.status ?? '<none>';
      page.line(1, `${conditionType} \t${status} `);
    }
  }
  if (conditions.length === 0) return;
  page.add('Conditions:\n  Type\tStatus\n');
  for (const { type, status } of conditions) page.line(1, `${type} \t${status} `);
}

/** Only what the pod's metadata holds can be told from here. */
function metadataValue(object: Unstructured, path: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) return object.metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  const value = /^metadata\.(name|namespace|uid)$/.test(path) ? field(object, ...path.split('.')) : undefined;
  return typeof value === 'string' ? value : '';
}
