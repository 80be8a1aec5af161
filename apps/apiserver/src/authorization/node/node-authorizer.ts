import type { PolicyRule } from '@wherry/api';
import { parseFieldSelector, StatusError } from '@wherry/apimachinery';
import type { User } from '../../http/context.ts';
import {
  allowedSilently,
  noOpinion,
  type Attributes,
  type Authorizer,
  type Decision,
  type SubjectRules,
} from '../authorizer.ts';
import { Grants, keysOf } from '../rbac/grants.ts';
import { nodeOf } from './identity.ts';
import type { NodeGraph } from './node-graph.ts';

const LEASES = 'kube-node-lease';
const readVerbs = new Set(['get', 'list', 'watch']);
const ownVerbs = new Set(['get', 'create', 'update', 'patch', 'delete']);

/** What kubelets may do: fixed rules, and objects only as far as a pod of their node makes use of them. */
export class NodeAuthorizer implements Authorizer {
  readonly #graph: NodeGraph;
  readonly #rules = new Grants();

  constructor(graph: NodeGraph, rules: readonly PolicyRule[]) {
    this.#graph = graph;
    for (const rule of rules) this.#rules.add(rule, '');
  }

  authorize(user: User, attributes: Attributes): Decision {
    const node = nodeOf(user);
    if (node === undefined) return noOpinion;
    if (node === '') return refuse(`unknown node for user ${JSON.stringify(user.name)}`);
    if (attributes.isResource) {
      const special = this.#special(node, attributes);
      if (special !== undefined) return special;
    }
    return this.#rules.find(attributes, keysOf(attributes)) === undefined ? noOpinion : allowedSilently;
  }

  rulesFor(user: User): SubjectRules {
    const isNode = nodeOf(user) !== undefined;
    const errors = isNode ? ['node authorizer does not support user rule resolution'] : [];
    return { resourceRules: [], nonResourceRules: [], incomplete: isNode, errors };
  }

  #special(node: string, asked: Attributes): Decision | undefined {
    switch (`${asked.group}/${asked.resource}`) {
      case '/secrets':
      case '/configmaps':
        return this.#readNamespaced(node, asked);
      case '/persistentvolumeclaims':
        return asked.subresource === 'status' ? this.#updateStatus(node, asked) : this.#get(node, asked);
      case '/persistentvolumes':
      case 'resource.k8s.io/resourceclaims':
      case 'storage.k8s.io/volumeattachments':
        return this.#get(node, asked);
      case '/serviceaccounts':
        return this.#serviceAccount(node, asked);
      case 'coordination.k8s.io/leases':
        return ownLease(node, asked);
      case 'storage.k8s.io/csinodes':
        return ownCsiNode(node, asked);
      case 'resource.k8s.io/resourceslices':
        return ownSlices(node, asked);
      case '/nodes':
        return ownNode(node, asked);
      case '/pods':
        return this.#pods(node, asked);
      default:
        return undefined;
    }
  }

  #related(node: string, { resource, namespace, name }: Attributes): Decision {
    if (name === '') return refuse('No Object name found');
    if (this.#graph.relates(node, resource, namespace, name)) return allowedSilently;
    return refuse(`no relationship found between node '${node}' and this object`);
  }

  #readNamespaced(node: string, asked: Attributes): Decision {
    if (!readVerbs.has(asked.verb)) return refuse('can only read resources of this type');
    if (asked.subresource !== '') return refuse('cannot read subresource');
    if (asked.namespace === '') return refuse('can only read namespaced object of this type');
    return this.#related(node, asked);
  }

  #get(node: string, asked: Attributes): Decision {
    if (asked.verb !== 'get') return refuse('can only get individual resources of this type');
    if (asked.subresource !== '') return refuse('cannot get subresource');
    return this.#related(node, asked);
  }

  #updateStatus(node: string, asked: Attributes): Decision {
    if (asked.verb !== 'update' && asked.verb !== 'patch') return refuse('can only get/update/patch this type');
    return this.#related(node, asked);
  }

  #serviceAccount(node: string, asked: Attributes): Decision {
    // Kubelets read the accounts of their pods for what their image credential providers need.
    if (asked.verb === 'get' && asked.subresource === '') return this.#get(node, asked);
    if (asked.verb !== 'create' || asked.name === '')
      return refuse('can only create tokens for individual service accounts');
    if (asked.subresource !== 'token') return refuse('can only create token subresource of serviceaccount');
    return this.#related(node, asked);
  }

  #pods(node: string, asked: Attributes): Decision {
    const { verb } = asked;
    switch (asked.subresource) {
      case '':
        if (verb === 'get') return this.#get(node, asked);
        // NodeRestriction sees to it that these are mirror pods of its own.
        if (verb === 'create' || verb === 'delete') return allowedSilently;
        if (verb !== 'list' && verb !== 'watch') return noOpinion;
        if (selects(asked, 'spec.nodeName', node)) return allowedSilently;
        if (asked.name !== '') return this.#related(node, asked);
        return refuse('can only list/watch pods with spec.nodeName field selector');
      case 'status':
        return verb === 'update' || verb === 'patch' ? allowedSilently : noOpinion;
      case 'eviction':
        return verb === 'create' ? allowedSilently : noOpinion;
      default:
        return noOpinion;
    }
  }
}

function ownNode(node: string, { verb, subresource, name }: Attributes): Decision {
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allowedSilently : noOpinion;
  if (subresource !== '') return noOpinion;
  // Which node it is, NodeRestriction checks.
  if (verb === 'create' || verb === 'update' || verb === 'patch') return allowedSilently;
  if (!readVerbs.has(verb)) return noOpinion;
  if (name === node) return allowedSilently;
  return refuse(
    name === ''
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${name}', only its own Node object`,
  );
}

function ownLease(node: string, { verb, namespace, name }: Attributes): Decision {
  if (!ownVerbs.has(verb)) return refuse('can only get, create, update, patch, or delete a node lease');
  if (namespace !== LEASES) return refuse(`can only access leases in the ${JSON.stringify(LEASES)} system namespace`);
  if (verb !== 'create' && name !== node)
    return refuse('can only access node lease with the same name as the requesting node');
  return allowedSilently;
}

function ownCsiNode(node: string, { verb, subresource, name }: Attributes): Decision {
  if (!ownVerbs.has(verb)) return refuse('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return refuse('cannot authorize CSINode subresources');
  if (verb !== 'create' && name !== node)
    return refuse('can only access CSINode with the same name as the requesting node');
  return allowedSilently;
}

function ownSlices(node: string, asked: Attributes): Decision {
  if (asked.subresource !== '') return refuse('cannot authorize ResourceSlice subresources');
  if (asked.verb === 'create') return allowedSilently;
  if (selects(asked, 'spec.nodeName', node)) return allowedSilently;
  return refuse('can only list/watch/deletecollection resourceslices with nodeName field selector');
}

function selects({ fieldSelector }: Attributes, field: string, value: string): boolean {
  if (fieldSelector === undefined) return false;
  try {
    return parseFieldSelector(fieldSelector).some(
      (term) => term.field === field && term.op === '=' && term.value === value,
    );
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

function refuse(reason: string): Decision {
  return { allowed: false, reason };
}
