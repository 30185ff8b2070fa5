/** The floor of resume: a bare Socket.io server that says one word to whoever connects. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { serveClient: false, perMessageDeflate: false, transports: ['websocket'] });
io.of('/desk').on('connection', (socket) => { socket.emit('event', { type: 'mark', cursor: 'none' }); });
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
