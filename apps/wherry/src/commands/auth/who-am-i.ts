import { defineCommand } from '../../cli/command.ts';
import { CliError, isStatusReason } from '../../cli/errors.ts';
import { layOut, tableLayout } from '../../printing/tab-writer.ts';
import { makeTypedPrinter } from '../../printing/typed-printer.ts';
import { goList } from '../../rbac/rules.ts';
import type { Unstructured } from '../../resources/unstructured.ts';
import { outputFlags } from '../outcome.ts';

export const whoAmI = defineCommand({
  name: 'whoami',
  summary: 'Experimental: Check self subject attributes',
  usage: '',
  description: 'Show what the server takes the current user for: name, groups and extra attributes.',
  flags: outputFlags,
  run: async ({ session, flags, out }) => {
    const review = await session
      .request<Unstructured & { status: { userInfo: UserInfo } }>({
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      })
      .catch((error: unknown) => {
        if (!isStatusReason(error, 'NotFound')) throw error;
        throw new CliError('the selfsubjectreviews API is not enabled in the cluster');
      });
    if (flags.output) {
      const printer = await makeTypedPrinter({
        output: flags.output,
        template: flags.template,
        allowMissingKeys: flags['allow-missing-template-keys'],
        showManagedFields: flags['show-managed-fields'],
      });
      out(printer.print(review));
      return;
    }
    out(`${layOut(linesOf(review.status.userInfo).join('\n'), tableLayout)}\n`);
  },
});

interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

function linesOf({ username, uid, groups, extra }: UserInfo): string[] {
  const attributes = Object.entries(extra ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    'ATTRIBUTE\tVALUE',
    ...(username ? [`Username\t${username}`] : []),
    ...(uid ? [`UID\t${uid}`] : []),
    ...(groups?.length ? [`Groups\t${goList(groups)}`] : []),
    ...attributes.map(([name, values]) => `Extra: ${name}\t${goList(values)}`),
  ];
}
