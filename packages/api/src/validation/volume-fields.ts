import { fieldRequired } from '@wherry/apimachinery';
import type { Findings } from './value-rules.ts';

/** What may not be empty of the volume sources that have no rule beside that. */
const requiredFields: Readonly<Record<string, readonly string[]>> = {
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  glusterfs: ['endpoints', 'path'],
  rbd: ['monitors', 'image'],
  cephfs: ['monitors'],
  cinder: ['volumeID'],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  scaleIO: ['gateway', 'system', 'volumeName'],
};

/** `parent` is where the source stands; upstream has another name for one of them. */
export function* requiredOfSource(type: string, source: unknown, parent: string): Findings {
  if (!Object.hasOwn(requiredFields, type)) return;
  for (const name of requiredFields[type] ?? []) {
    const value = (source as Record<string, unknown>)[name];
    const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    if (isEmpty) yield fieldRequired(`${parent}.${type === 'gcePersistentDisk' ? 'persistentDisk' : type}.${name}`);
  }
}
