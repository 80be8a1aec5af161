export * from './disk.ts';
export { openLevelDisk } from './level-disk.ts';
export { openLevelVolume } from './level-volume.ts';
export { type BeforeBatch, MemoryDisk } from './memory-disk.ts';
export { MemoryVolume, type MemoryVolumeOptions, type PowerCut } from './memory-volume.ts';
export { seal, unseal } from './sealed.ts';
