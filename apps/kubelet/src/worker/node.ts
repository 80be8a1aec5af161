import type { Service } from '@wherry/api';
import type { EventRecorder, RestClient } from '@wherry/client';
import type Docker from 'dockerode';
import type { NodeLimits } from '../docker/container-config.ts';
import type { Owner } from '../docker/labels.ts';
import type { World } from '../docker/world.ts';
import type { Images } from '../images/images.ts';
import type { Logger } from '../logger.ts';
import type { PodNetwork } from '../network/network.ts';
import type { DnsOptions } from '../network/resolv-conf.ts';
import type { Prober } from '../probes/prober.ts';
import type { Objects } from '../volumes/objects.ts';
import type { Tokens } from '../volumes/tokens.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { StatusWriter } from './status-writer.ts';

/** What all pods of this node share. */
export interface NodeParts {
  readonly client: RestClient;
  /** For calls that are answered at once, or not at all: they have a time limit. */
  readonly docker: Docker;
  /** For what takes as long as it takes: streams, pulls, stops. */
  readonly patient: Docker;
  readonly world: World;
  readonly images: Images;
  readonly volumes: Volumes;
  readonly objects: Objects;
  readonly tokens: Tokens;
  readonly prober: Prober;
  readonly statuses: StatusWriter;
  readonly recorder: EventRecorder;
  readonly log: Logger;
  readonly owner: Owner;
  readonly rootDir: string;
  readonly pauseImage: string;
  readonly limits: NodeLimits;
  readonly dns: DnsOptions;
  readonly nodeName: string;
  readonly hostIPs: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
  readonly now: () => number;
  /** Every service, for the variables that containers get. */
  services(): readonly Service[];
  /** Undefined until the node has its pod range. */
  network(): PodNetwork | undefined;
}
