/**
 * A process that offers and accepts with a failpoint armed: `node offer-child.ts URL FAILPOINT`; it may not survive
 * it.
 */
import { armFailpoint } from '#domain/failpoints.ts';
import { openDb } from '#domain/store/db.ts';
import { offerNext } from '#routing/assignment.ts';
import { localWake, memoryLog } from './harness.ts';

const [url = '', spec = ''] = process.argv.slice(2);
armFailpoint(spec);
const db = openDb({ url, applicationName: 'offer-child' });
await offerNext({ db, log: memoryLog(), wake: localWake() });
await db.close();
