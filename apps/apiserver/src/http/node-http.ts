/**
 * node:http, which must not be imported: an import reads every export, and one of them, WebSocket, then loads all of
 * undici. That is 20 ms of every start and 12 MB of memory for nothing.
 */
export const http = process.getBuiltinModule('node:http');
