/** Looks now and then whether Meta still knows the number and takes the token, and tells the administrators. */
import type { ChannelHost, RunningChannel } from '#channels/channel.ts';
import { text } from '#channels/json-fields.ts';
import { backoff, waitFor } from '#channels/waiting.ts';
import { needsAttention, reasonOf } from './codes.ts';
import { graphOf, type GraphFailure } from './graph.ts';

const LOOK_EVERY_MS = 600_000;
/** Something is wrong: that it was mended shows sooner. */
const WAIT_MS_MAX = 60_000;
const ASK_TIMEOUT_MS = 15_000;

function tell(host: ChannelHost, failure: GraphFailure): void {
  const reasonCode = reasonOf(failure);
  if (needsAttention(failure)) host.health('NEEDS_ATTENTION', reasonCode);
  else if (reasonCode === 'EGRESS_NOT_ALLOWED') host.health('NEEDS_ATTENTION', 'EGRESS_REFUSED');
  else if (failure.kind === 'refused' && (failure.code === 100 || failure.status === 404)) {
    host.health('NEEDS_ATTENTION', 'NUMBER_UNKNOWN');
  } else host.health('CONNECTING', 'UNREACHABLE');
}

/** True if all is well. */
async function look(host: ChannelHost, signal: AbortSignal): Promise<boolean> {
  const graph = await graphOf(host);
  if (graph === undefined) {
    host.health('NEEDS_ATTENTION', 'SECRET_MISSING');
    return false;
  }
  const answer = await graph.get(`${graph.phoneNumberId}?fields=display_phone_number,verified_name,quality_rating`,
    AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]));
  if (signal.aborted) return false;
  if (!answer.ok) {
    tell(host, answer.failure);
    return false;
  }
  if (text(answer.body['quality_rating']) === 'RED') {
    host.log.warn({ quality: 'RED' }, 'customers block or report this number; Meta may lower what it may send');
  }
  host.health('CONNECTED');
  return true;
}

async function run(host: ChannelHost, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const isWell = await look(host, signal).catch((error: Error) => {
      host.log.warn({ error: error.message }, 'the WhatsApp number could not be looked at');
      return false;
    });
    failures = isWell ? 0 : failures + 1;
    await waitFor(isWell ? LOOK_EVERY_MS : backoff(failures, WAIT_MS_MAX), signal);
  }
}

/** Starts looking: at once, every ten minutes, and sooner while something is wrong (Channel.start). */
export async function start(host: ChannelHost): Promise<RunningChannel> {
  const stopped = new AbortController();
  const running = run(host, stopped.signal);
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
