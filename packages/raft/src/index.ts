export * from './core/types.ts';
export * from './runner/types.ts';
