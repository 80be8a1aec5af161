import { pathToFileURL } from 'node:url';
import { reachableFrom } from './reachable-sources.ts';

/**
 * Preloaded (`node --import`) before a daemon's main: imports whatever of our own sources the main can ever reach, what
 * it only imports later on included, so that Node's compile cache holds all of it.
 */
const main = process.argv[1];
if (main !== undefined) for (const path of reachableFrom(main)) await import(pathToFileURL(path).href);
