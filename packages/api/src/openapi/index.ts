export { openApiV2 } from './v2.ts';
export { openApiV3 } from './v3.ts';
