import { type LabelSelector, labelSelectorRequirements, matchesLabels } from '@wherry/apimachinery';
import type { IPBlock, NetworkPolicyPeer } from '@wherry/api';
import { type Addresses, addressesOf, cidrAddresses, common, everyAddress, unionOf, without } from './addresses.ts';
import type { PolicyPod, PolicyView } from './policy-view.ts';
import type { NamedPort } from './ports.ts';

type Labels = Readonly<Record<string, string>>;
type Test = (labels: Labels | undefined) => boolean;

/** Answers whom selectors mean in one view; every answer is worked out once. */
export class Selection {
  readonly #view: PolicyView;
  readonly #byNamespace: ReadonlyMap<string, readonly PolicyPod[]>;
  readonly #answers = new Map<string, Addresses>();
  #byPortName: ReadonlyMap<string, readonly PolicyPod[]> | undefined;

  constructor(view: PolicyView) {
    this.#view = view;
    this.#byNamespace = Map.groupBy(view.pods, (pod) => pod.namespace);
  }

  /** Whom a rule of a policy in `namespace` means: everyone when it names nobody. */
  addresses(peers: readonly NetworkPolicyPeer[] | undefined, namespace: string): Addresses {
    if (peers === undefined || peers.length === 0) return everyAddress;
    return unionOf(peers.map((peer) => this.#peer(peer, namespace)));
  }

  /** The destinations among these that give this name to a port, by its number there. */
  byNamedPort(port: NamedPort, among: Addresses): ReadonlyMap<number, Addresses> {
    const key = `${port.protocol}/${port.name}`;
    this.#byPortName ??= groupByPortName(this.#view.pods);
    const byNumber = Map.groupBy(this.#byPortName.get(key) ?? [], (pod) => pod.ports.get(key) ?? 0);
    return new Map(
      [...byNumber]
        .toSorted(([a], [b]) => a - b)
        .map(([number, pods]) => [number, common(addressesOf(pods.map((pod) => pod.address)), among)]),
    );
  }

  #peer(peer: NetworkPolicyPeer, namespace: string): Addresses {
    if (peer.ipBlock !== undefined) return blockAddresses(peer.ipBlock);
    const scope = peer.namespaceSelector === undefined ? namespace : '';
    const key = JSON.stringify([scope, peer.namespaceSelector, peer.podSelector]);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#selected(peer, namespace);
    this.#answers.set(key, answer);
    return answer;
  }

  #selected({ namespaceSelector, podSelector }: NetworkPolicyPeer, namespace: string): Addresses {
    const isMeant = testOf(namespaceSelector);
    const namespaces =
      namespaceSelector === undefined
        ? [namespace]
        : [...this.#view.namespaceLabels].filter(([, labels]) => isMeant(labels)).map(([name]) => name);
    // A peer of neither selector would be one of nobody; validation refuses it.
    const isSelected = podSelector === undefined && namespaceSelector !== undefined ? () => true : testOf(podSelector);
    const pods = namespaces.flatMap((name) => this.#byNamespace.get(name) ?? []);
    return addressesOf(pods.filter((pod) => isSelected(pod.labels)).map((pod) => pod.address));
  }
}

/** An absent selector selects nothing, an empty one everything, and one without a meaning nothing. */
export function testOf(selector: LabelSelector | undefined): Test {
  const known = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
  if (!(selector?.matchExpressions ?? []).every(({ operator }) => known.includes(operator))) return () => false;
  const requirements = labelSelectorRequirements(selector);
  return requirements === undefined ? () => false : (labels) => matchesLabels(requirements, labels);
}

/** Nobody when a part of it cannot be read: leaving out an exception would let somebody in. */
function blockAddresses({ cidr, except = [] }: IPBlock): Addresses {
  const block = cidrAddresses(cidr);
  const exceptions = except.map(cidrAddresses);
  if (block === undefined || exceptions.includes(undefined)) return [];
  return without(block, unionOf(exceptions.filter((exception) => exception !== undefined)));
}

function groupByPortName(pods: readonly PolicyPod[]): Map<string, PolicyPod[]> {
  const groups = new Map<string, PolicyPod[]>();
  for (const pod of pods) {
    for (const key of pod.ports.keys()) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [pod]);
      else group.push(pod);
    }
  }
  return groups;
}
