export { chosen, controllers } from './controllers.ts';
export { flags, type Options } from './options.ts';
export { runControllers, type StartOptions } from './start.ts';
