export * from './meta.ts';
export * from './schema.ts';
