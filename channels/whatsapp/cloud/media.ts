/** Files of customers: asked for by their id, then fetched from Meta's own servers; the token goes nowhere else. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ChannelHost, PullOutcome } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import { text, whole } from '#channels/json-fields.ts';
import type { RemoteFile } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { accountWaitMs, isPassing, needsAttention, reasonOf } from './codes.ts';
import { graphOf, type Graph, type GraphFailure } from './graph.ts';

function later(reasonCode: string, afterMs?: number): PullOutcome {
  return { kind: 'retry', reasonCode, ...(afterMs === undefined ? {} : { afterMs }) };
}

function afterFailure(host: ChannelHost, failure: GraphFailure): PullOutcome {
  const reasonCode = reasonOf(failure);
  if (needsAttention(failure)) {
    host.health('NEEDS_ATTENTION', reasonCode);
    return later(reasonCode);
  }
  if (failure.kind === 'unanswered' || isPassing(failure)) return later(reasonCode, accountWaitMs(failure));
  if (failure.kind === 'unreached') return { kind: 'failed', reasonCode };
  // 100: there is nothing under this id any more; Meta keeps a customer's file for some days only.
  return { kind: 'failed', reasonCode: failure.code === 100 || failure.status === 404 ? 'FILE_GONE' : reasonCode };
}

/** The digest that Meta announces: in hex by the API, in base64 by webhooks; undefined for what is none. */
function digestOf(announced: string | undefined): Buffer | undefined {
  if (announced === undefined) return undefined;
  const bytes = Buffer.from(announced, /^[0-9a-f]{64}$/i.test(announced) ? 'hex' : 'base64');
  return bytes.length === 32 ? bytes : undefined;
}

/** The bytes as they come, but no more than a file may have, and none other than Meta says they are. */
async function* checked(body: AsyncIterable<Uint8Array>, sha256: Buffer | undefined): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limits.fileBytes) throw new AppError('FILE_TOO_LARGE');
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest();
  if (sha256 !== undefined && !found.equals(sha256)) throw new Error('the bytes are not those that were announced');
}

async function fetchBytes(host: ChannelHost, graph: Graph, file: RemoteFile & { handle: string; url: string;
  sha256: Buffer | undefined }, signal: AbortSignal): Promise<PullOutcome> {
  try {
    const answer = await graph.download(file.url, signal);
    // The token goes to Meta only; an address elsewhere is no file of Meta's.
    if (answer === undefined) return { kind: 'failed', reasonCode: 'FILE_ADDRESS_REFUSED' };
    if (answer.status !== 200) {
      answer.body.destroy();
      // The address is good for five minutes: the next try asks for a new one.
      return later(`WHATSAPP_HTTP_${answer.status}`);
    }
    const attachment = await host.media.put({ fileName: file.fileName, uploadedBy: 'CUSTOMER', handle: file.handle,
      bytes: Readable.from(checked(answer.body, file.sha256), { objectMode: false }) });
    return { kind: 'stored', attachment };
  } catch (error) {
    if (error instanceof AppError && (error.code === 'FILE_TOO_LARGE' || error.code === 'FILE_TYPE_REFUSED')) {
      return { kind: 'failed', reasonCode: error.code };
    }
    if (error instanceof FetchFailed) {
      return error.stage === 'refused' ? { kind: 'failed', reasonCode: error.reasonCode } : later(error.reasonCode);
    }
    // A torn download, other bytes than announced, or a disk or database that does not take it now.
    return later('FETCH_BROKEN');
  }
}

/** Fetches one file and stores it (Channel.pull). What is too large, gone or refused by its content is final. */
export async function pull(
  host: ChannelHost, file: RemoteFile & { handle: string }, signal: AbortSignal,
): Promise<PullOutcome> {
  const graph = await graphOf(host);
  if (graph === undefined) return later('SECRET_MISSING');
  const found = await graph.get(`${encodeURIComponent(file.ref)}?phone_number_id=${graph.phoneNumberId}`, signal);
  if (!found.ok) return afterFailure(host, found.failure);
  const { body } = found;
  if ((whole(body['file_size']) ?? 0) > limits.fileBytes) return { kind: 'failed', reasonCode: 'FILE_TOO_LARGE' };
  const url = text(body['url']);
  if (url === undefined) return { kind: 'failed', reasonCode: 'FILE_GONE' };
  return fetchBytes(host, graph, { ...file, url, sha256: digestOf(text(body['sha256'])) }, signal);
}
