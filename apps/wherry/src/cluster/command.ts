import type { Command } from 'commander';

/** The life of a cluster on this host: `up` and `down`. */
export function registerClusterCommands(program: Command): void {
  program
    .command('up')
    .description('Start a cluster on this host, with a demo to look at')
    .option('--home <dir>', 'keep everything below this folder instead of /var/lib, /etc, /run and /var/log')
    .option('--no-demo', 'do not deploy the demo')
    .action(async (options: { home?: string; demo: boolean }) => {
      const { up } = await import('./up.ts');
      await up(options);
    });
  program
    .command('down')
    .description('Stop the cluster and remove everything it put on this host')
    .option('--home <dir>', 'the folder that was given to up')
    .option('--keep-data', 'keep the certificates and what is stored in the cluster', false)
    .action(async (options: { home?: string; keepData: boolean }) => {
      const { down } = await import('./down.ts');
      await down(options);
    });
}
