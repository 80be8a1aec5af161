import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oldAndNew } from './clients.ts';
import { apply } from './command-lines/apply.ts';
import { change } from './command-lines/change.ts';
import { create } from './command-lines/create.ts';
import { describe as descriptions } from './command-lines/describe.ts';
import { read } from './command-lines/read.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { runBothSides } from './side-by-side.ts';

/** Our command line beside the newest kubectl: the same lines, the same server, the same answers. */
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane?.stop());

const newest = oldAndNew.at(-1);

describe('wherry answers as kubectl 1.36 does', () => {
  test.for([...apply, ...change, ...create, ...descriptions, ...read])(
    '$name',
    { timeout: 600_000 },
    async (scenario) => {
      expect(newest?.name).toBe('kubectl 1.36');
      const { theirs, ours } = await runBothSides(plane, newest?.path ?? '', scenario);
      expect(ours).toEqual(theirs);
    },
  );
});
