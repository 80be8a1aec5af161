export { EtcdClient } from './client.ts';
export type { Endpoint, EndpointCase } from './endpoint.ts';
export { kubeRequestCases } from './kube-requests.ts';
