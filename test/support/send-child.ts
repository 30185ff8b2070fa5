/**
 * A node that sends, in a process of its own, so that a failpoint may kill it. Ends by itself when nothing waits any
 * more.
 */
import { appendFileSync } from 'node:fs';
import { armFailpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import { openDb } from '#domain/store/db.ts';
import { startOutbound } from '#routing/outbound.ts';
import { eventually, localWake, memoryLog } from './harness.ts';

export interface SendChildOptions { url: string; ledger: string; failpoint: string; leaseMs: number }

const options = JSON.parse(process.argv[2] ?? '{}') as SendChildOptions;
armFailpoint(options.failpoint);
const db = openDb({ url: options.url, applicationName: 'send-child' });
const outbound = startOutbound({ db, log: memoryLog(), wake: localWake() }, {
  nodeId: newId(), leaseMs: options.leaseMs, sweepMs: 50, graceMs: 1_000,
  channelFacts: () => ({ sendsPerSecond: 10_000, deduplicates: false }),
  sender: () => async (message) => {
    // What a provider has taken stays taken, whatever becomes of us.
    appendFileSync(options.ledger, `${message.clientId}\n`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    return { kind: 'sent', providerMessageId: `p-${message.clientId}` };
  },
});
await eventually('nothing waits', async () => {
  const [row] =
    await db.dynamic<{ n: number }>(`select count(*)::int as n from messages where status in ('queued', 'sending')`);
  return row?.n === 0;
});
await outbound.stop();
await db.close();
