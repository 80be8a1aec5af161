import { maxNodeScore } from './plugin.ts';

/** Scales scores so that the highest becomes maxNodeScore; `reverse` makes the lowest the best. */
export function defaultNormalize(scores: number[], reverse: boolean): void {
  const max = scores.reduce((a, b) => Math.max(a, b), 0);
  for (let i = 0; i < scores.length; i++) {
    const scaled = max === 0 ? 0 : Math.trunc((maxNodeScore * (scores[i] as number)) / max);
    scores[i] = reverse ? maxNodeScore - scaled : scaled;
  }
}
