/** One connected desk: its socket, how full its buffer is, and the ways to end it. */
import type { Socket } from 'socket.io';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import type { Position } from '#domain/journal/cursor.ts';
import type { DeskServerEvents } from '#agent-desk/protocol.ts';
import type { Viewer } from './audience.ts';

export type DeskSocket = Socket<Record<string, (...args: unknown[]) => void>, DeskServerEvents>;

/** A desk that is being served. Its rights are those it connected with: when they change, it connects anew. */
export interface Desktop extends Viewer {
  readonly socket: DeskSocket;
  readonly tabId: string;
  /** The row of desk_connections. */
  readonly connectionId: string;
  /** Everything up to here has been emitted to it. */
  position: Position;
  looking: string | null;
  typing: boolean;
  /** True from the moment it is told to go: nothing more is sent. */
  ended: boolean;
}

/** A desk whose socket has just come in; it is served once attach() has brought it to live. */
export function makeDesktop(
  socket: DeskSocket, given: { user: User; sessionId: string; tabId: string; connectionId: string; position: Position },
): Desktop {
  return { id: socket.id, socket, looking: null, typing: false, ended: false, ...given };
}

interface WsTransport { socket?: { bufferedAmount?: number; terminate?: () => void } }
/**
 * What engine.io has not handed to the transport yet; it declares the field private, and there is no public measure.
 */
interface Buffered { writeBuffer: readonly { data?: unknown }[]; transport?: WsTransport }

/** Bytes that wait unsent for this socket, in the engine and in the websocket. */
export function bufferedBytes(socket: DeskSocket): number {
  const conn = socket.conn as unknown as Buffered;
  let bytes = conn.transport?.socket?.bufferedAmount ?? 0;
  for (const { data } of conn.writeBuffer) {
    bytes += typeof data === 'string' || Buffer.isBuffer(data) ? data.length : 0;
  }
  return bytes;
}

/** True once more waits for the socket than limits.socketBufferBytes (RF18). */
export function isSlow(desktop: Desktop): boolean {
  return bufferedBytes(desktop.socket) > limits.socketBufferBytes;
}

/** How long a socket that was told to go may take to hear it before its connection is torn down. */
const FAREWELL_MS = 1_000;

/** Tells the desk to connect again and ends the connection, even if the other side reads nothing. */
export function resync(desktop: Desktop, code: 'SLOW' | 'RESTART' | 'RIGHTS_CHANGED'): void {
  if (desktop.ended) return;
  desktop.ended = true;
  desktop.socket.emit('resync', { code });
  endConnection(desktop);
}

/** The session is over: the desk shows the sign-in. */
export function endSession(desktop: Desktop, code: string): void {
  if (desktop.ended) return;
  desktop.ended = true;
  desktop.socket.emit('session:ended', { code });
  endConnection(desktop);
}

function endConnection(desktop: Desktop): void {
  const { conn } = desktop.socket;
  const transport = conn.transport as unknown as WsTransport | undefined;
  const timer = setTimeout(() => transport?.socket?.terminate?.(), FAREWELL_MS);
  conn.once('close', () => clearTimeout(timer));
  desktop.socket.disconnect(true);
}
