import { existsSync } from 'node:fs';

const folder = process.env['WHERRY_CLIENTS'];

/** The oldest and the newest stock kubectl, from the folder that scripts/clients filled. */
export const oldAndNew = ['1.20', '1.36']
  .map((version) => ({ name: `kubectl ${version}`, path: `${folder}/kubectl-${version}` }))
  .filter(({ path }) => existsSync(path));
if (oldAndNew.length === 0) throw new Error('no kubectl: run scripts/wire, or set $WHERRY_CLIENTS');
