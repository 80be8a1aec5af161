// The demo's web server: says which pod answered. It finishes what it has begun when it is told to stop.
import http from 'node:http';
import { hostname } from 'node:os';

const message = process.env.MESSAGE ?? 'Hello from Wherry';
const port = Number(process.env.PORT ?? 8080);

const server = http.createServer((request, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end(`${message}, pod ${hostname()}\n`);
  if (request.url !== '/healthz') console.log(`${new Date().toISOString()} ${request.method} ${request.url}`);
});
server.listen(port, () => console.log(`listening on ${port}`));

process.on('SIGTERM', () => {
  console.log('stopping');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
