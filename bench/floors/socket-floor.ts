/** The floor of P7: a bare Socket.io server that emits the same bytes to a room of one or to all; nothing else. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { agentEvent, serveOrders } from '../support/emit-orders.ts';

const server = createServer();
const io = new Server(server, { serveClient: false, perMessageDeflate: false, transports: ['websocket'] });
const desk = io.of('/desk');
desk.on('connection', (socket) => {
  const number = /bench=(\d+)/.exec(socket.handshake.headers.cookie ?? '')?.[1] ?? '0';
  void socket.join([`user:${number}`, 'all']);
});
server.listen(0, '127.0.0.1', () => {
  serveOrders((server.address() as AddressInfo).port, {
    one: async (agents) => { for (const agent of agents) desk.to(`user:${agent}`).emit('event', agentEvent(agent)); },
    all: async () => { desk.to('all').emit('event', agentEvent(0)); },
  });
});
