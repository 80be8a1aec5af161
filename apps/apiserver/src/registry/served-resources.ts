import type { Served } from './served.ts';

/** What is served now, by `group/version/plural`; `generation` tells whoever keeps something made of it. */
export class ServedResources extends Map<string, Served> {
  generation = 0;

  override set(id: string, served: Served): this {
    this.generation++;
    return super.set(id, served);
  }

  override delete(id: string): boolean {
    this.generation++;
    return super.delete(id);
  }
}
