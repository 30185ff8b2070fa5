/** A place in the journal: the order (epoch, xid, id), and the opaque text that clients keep of it. */

/** Everything up to and including (epoch, xid, id) is behind it. The xid and id are 64-bit and stay text. */
export interface Position {
  epoch: number;
  xid: string;
  id: string;
}

const SHAPE = /^(\d{1,9}):(\d{1,20}):(\d{1,19})$/;
const XID_MAX = 18_446_744_073_709_551_615n;
const ID_MAX = 9_223_372_036_854_775_807n;

/** The opaque cursor of a position (base64url of epoch:xid:id). */
export function encodeCursor(position: Position): string {
  return Buffer.from(`${position.epoch}:${position.xid}:${position.id}`).toString('base64url');
}

/** The position of a cursor, or undefined for anything that encodeCursor never made. */
export function decodeCursor(cursor: unknown): Position | undefined {
  if (typeof cursor !== 'string' || cursor.length > 96) return undefined;
  const found = SHAPE.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (found === null) return undefined;
  const [, epoch = '', xid = '', id = ''] = found;
  if (BigInt(xid) > XID_MAX || BigInt(id) > ID_MAX) return undefined;
  const position = { epoch: Number(epoch), xid, id };
  return encodeCursor(position) === cursor ? position : undefined;
}

/** Below zero if a stands before b, above zero if behind, zero if they are the same place. */
export function comparePositions(a: Position, b: Position): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  const byXid = BigInt(a.xid) - BigInt(b.xid);
  if (byXid !== 0n) return byXid < 0n ? -1 : 1;
  const byId = BigInt(a.id) - BigInt(b.id);
  return byId === 0n ? 0 : byId < 0n ? -1 : 1;
}
