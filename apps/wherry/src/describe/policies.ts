import type { IngressClass, NetworkPolicy, PodDisruptionBudget, PriorityClass } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import { annotationLines, formatLabelSelector, labelLines, type Page } from './page.ts';

export function describeDisruptionBudget(page: Page, object: Unstructured): void {
  const { metadata, spec, status } = object as unknown as PodDisruptionBudget;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  if (spec?.minAvailable !== undefined) page.line(0, `Min available:\t${spec.minAvailable}`);
  else if (spec?.maxUnavailable !== undefined) page.line(0, `Max unavailable:\t${spec.maxUnavailable}`);
  page.line(0, `Selector:\t${spec?.selector ? formatLabelSelector(spec.selector) : '<unset>'}`);
  page.line(0, 'Status:');
  page.line(2, `Allowed disruptions:\t${status?.disruptionsAllowed ?? 0}`);
  page.line(2, `Current:\t${status?.currentHealthy ?? 0}`);
  page.line(2, `Desired:\t${status?.desiredHealthy ?? 0}`);
  page.line(2, `Total:\t${status?.expectedPods ?? 0}`);
}

export function describePriorityClass(page: Page, object: Unstructured): void {
  const { metadata, value, globalDefault, preemptionPolicy, description } = object as unknown as PriorityClass;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Value:\t${value}`);
  page.line(0, `GlobalDefault:\t${globalDefault ?? false}`);
  page.line(0, `PreemptionPolicy:\t${preemptionPolicy ?? ''}`);
  page.line(0, `Description:\t${description ?? ''}`);
  annotationLines(page, 'Annotations', metadata.annotations);
}

export function describeIngressClass(page: Page, object: Unstructured): void {
  const { metadata, spec } = object as unknown as IngressClass;
  page.line(0, `Name:\t${metadata.name}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `Controller:\t${spec?.controller ?? ''}`);
  const parameters = spec?.parameters;
  if (!parameters) return;
  page.line(0, 'Parameters:');
  if (parameters.apiGroup) page.line(1, `APIGroup:\t${parameters.apiGroup}`);
  page.line(1, `Kind:\t${parameters.kind}`);
  page.line(1, `Name:\t${parameters.name}`);
}

type Policy = NonNullable<NetworkPolicy['spec']>;
type Peer = NonNullable<NonNullable<Policy['ingress']>[number]['from']>[number];
type Port = NonNullable<NonNullable<Policy['ingress']>[number]['ports']>[number];

export function describeNetworkPolicy(page: Page, object: Unstructured): void {
  const { metadata, spec } = object as unknown as NetworkPolicy;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  page.line(0, `Created on:\t${goTime(String(metadata.creationTimestamp ?? ''))}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, 'Spec:');
  const selector = formatLabelSelector(spec?.podSelector);
  const everything = '<none> (Allowing the specific traffic to all pods in this namespace)';
  page.line(1, `PodSelector:     ${selector === '<none>' ? everything : selector}`);
  const types: readonly string[] = spec?.policyTypes ?? [];
  if (types.includes('Ingress')) {
    page.line(1, 'Allowing ingress traffic:');
    ruleLines(
      page,
      spec?.ingress?.map(({ ports, from }) => ({ ports, peers: from })),
      'From',
      'ingress',
    );
  } else {
    page.line(1, 'Not affecting ingress traffic');
  }
  if (types.includes('Egress')) {
    page.line(1, 'Allowing egress traffic:');
    ruleLines(
      page,
      spec?.egress?.map(({ ports, to }) => ({ ports, peers: to })),
      'To',
      'egress',
    );
  } else {
    page.line(1, 'Not affecting egress traffic');
  }
  page.line(1, `Policy Types: ${types.join(', ')}`);
}

function ruleLines(
  page: Page,
  rules: readonly { ports?: readonly Port[] | undefined; peers?: readonly Peer[] | undefined }[] | undefined,
  direction: 'From' | 'To',
  traffic: string,
): void {
  if (!rules?.length) {
    page.line(2, `<none> (Selected pods are isolated for ${traffic} connectivity)`);
    return;
  }
  rules.forEach(({ ports, peers }, i) => {
    if (!ports?.length) page.line(2, 'To Port: <any> (traffic allowed to all ports)');
    for (const { port, endPort, protocol } of ports ?? []) {
      page.line(2, `To Port: ${port ?? '<any>'}${endPort === undefined ? '' : `-${endPort}`}/${protocol ?? 'TCP'}`);
    }
    const end = direction === 'From' ? 'source' : 'destination';
    if (!peers?.length) page.line(2, `${direction}: <any> (traffic not restricted by ${end})`);
    for (const { podSelector, namespaceSelector, ipBlock } of peers ?? []) {
      page.line(2, `${direction}:`);
      if (ipBlock) {
        page.line(3, 'IPBlock:');
        page.line(4, `CIDR: ${ipBlock.cidr}`);
        page.line(4, `Except: ${(ipBlock.except ?? []).join(', ')}`);
      }
      if (namespaceSelector) page.line(3, `NamespaceSelector: ${formatLabelSelector(namespaceSelector)}`);
      if (podSelector) page.line(3, `PodSelector: ${formatLabelSelector(podSelector)}`);
    }
    if (i < rules.length - 1) page.line(2, '----------');
  });
}

/** Go's plain form of a time: `2006-01-02 15:04:05 +0000 UTC`. */
function goTime(timestamp: string): string {
  return timestamp.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 +0000 UTC');
}
