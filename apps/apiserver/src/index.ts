export { defaults, type ApiserverOptions } from './options.ts';
export { startApiserver, type Apiserver } from './server.ts';
export { readServiceAccountKeys, type ServiceAccountKeys } from './auth/service-account-keys.ts';
