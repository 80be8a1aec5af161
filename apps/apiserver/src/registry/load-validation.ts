export type Validation = typeof import('@wherry/api/validation');

let loaded: Validation | undefined;

/**
 * The rules of all kinds. They are a tenth of all modules, and a start that finds everything in its place writes
 * nothing: they come with the first write.
 */
export function loadValidation(): Validation | Promise<Validation> {
  return loaded ?? import('@wherry/api/validation').then((module) => (loaded = module));
}
