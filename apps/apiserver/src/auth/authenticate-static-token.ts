import { createHash } from 'node:crypto';
import type { User } from '../http/context.ts';
import type { TokenVerdict } from './verdict.ts';

/** The tokens of --token-auth-file. They are kept and looked up by their hash, so that no comparison tells of them. */
export class StaticTokens {
  readonly #users = new Map<string, User>();

  constructor(users: Iterable<readonly [token: string, user: User]>) {
    for (const [token, user] of users) this.#users.set(hashOf(token), user);
  }

  authenticate(token: string): TokenVerdict {
    const user = this.#users.get(hashOf(token));
    return user && { user };
  }
}

/**
 * Lines of `token,user,uid[,"group1,group2"]`, as upstream's. Of a token that stands twice the last line holds; a line
 * with an empty token is skipped. @throws {Error} for a line with fewer columns, or quotes that do not end
 */
export function parseTokenFile(text: string): [token: string, user: User][] {
  const users: [string, User][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const columns = parseCsvLine(line);
    if (columns === undefined) throw new Error(`token file line ${index + 1}: quotes that do not end`);
    if (columns.length < 3) {
      throw new Error(
        `token file must have at least 3 columns (token, user name, user uid), found ${columns.length} in line ${index + 1}`,
      );
    }
    const [token, name, uid, groups = ''] = columns as [string, string, string, string?];
    if (token === '') continue;
    users.push([token, { name, uid, groups: groups === '' ? [] : groups.split(',').map((group) => group.trim()) }]);
  }
  return users;
}

/** RFC 4180 within one line: quoted fields may hold commas, and quotes written twice. */
function parseCsvLine(line: string): string[] | undefined {
  const columns: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ') at++;
    let field = '';
    if (line[at] === '"') {
      const match = /^"((?:[^"]|"")*)"/.exec(line.slice(at));
      if (match === null) return undefined;
      field = match[1]!.replaceAll('""', '"');
      at += match[0].length;
      while (at < line.length && line[at] !== ',') at++;
    } else {
      const end = line.indexOf(',', at);
      field = line.slice(at, end < 0 ? line.length : end).trimEnd();
      at = end < 0 ? line.length : end;
    }
    columns.push(field);
    if (line[at] !== ',') return columns;
    at++;
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
