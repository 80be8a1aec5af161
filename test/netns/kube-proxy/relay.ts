import { connect, createServer } from 'node:net';

/** Runs inside a namespace: takes connections on 127.0.0.1:PORT to a Unix socket, which every namespace sees. */
const [port = '', path = ''] = process.argv.slice(2);

createServer((client) => {
  const server = connect(path);
  client.pipe(server).pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
// Whoever started this is gone when standard input ends.
process.stdin.on('end', () => process.exit()).resume();
