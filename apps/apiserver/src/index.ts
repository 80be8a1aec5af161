export { defaults, type ApiserverOptions } from './options.ts';
export { startApiserver, type Apiserver } from './server.ts';
