import { join } from 'node:path';

/** Where a pod's files are, below the kubelet's root directory: upstream's layout. */
export class PodDirs {
  readonly root: string;

  constructor(rootDir: string, podUid: string) {
    this.root = join(rootDir, 'pods', podUid);
  }
  volume(kind: string, name: string): string {
    return join(this.root, 'volumes', `kubernetes.io~${kind}`, name);
  }
  get hosts(): string {
    return join(this.root, 'etc-hosts');
  }
  get resolvConf(): string {
    return join(this.root, 'resolv.conf');
  }
  messageFile(container: string, attempt: number): string {
    return join(this.root, 'containers', container, String(attempt));
  }
}
