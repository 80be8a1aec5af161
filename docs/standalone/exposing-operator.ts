import { AppsV1Api, CoreV1Api, makeInformer, type KubeConfig, type V1Deployment } from '@kubernetes/client-node';

const annotation = 'example.com/port';

/** Makes a Service for each Deployment that says its port in an annotation. @returns how to end it */
export async function startExposing(config: KubeConfig, namespace: string): Promise<() => Promise<void>> {
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const informer = makeInformer(config, `/apis/apps/v1/namespaces/${namespace}/deployments`, () =>
    apps.listNamespacedDeployment({ namespace }),
  );

  const expose = async (deployment: V1Deployment): Promise<void> => {
    const { name = '', uid = '', annotations } = deployment.metadata ?? {};
    const port = Number(annotations?.[annotation]);
    if (!(port > 0)) return;
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid }];
    const selector = deployment.spec?.selector.matchLabels ?? {};
    const body = { metadata: { name, ownerReferences }, spec: { selector, ports: [{ port }] } };
    try {
      await core.createNamespacedService({ namespace, body });
    } catch (error) {
      if ((error as { code?: number }).code !== 409) throw error; // It is there already.
    }
  };

  const told = (deployment: V1Deployment): void => {
    expose(deployment).catch((error: unknown) => console.warn(`not exposed: ${String(error)}`));
  };
  informer.on('add', told);
  informer.on('update', told);
  await informer.start();
  return () => informer.stop();
}
