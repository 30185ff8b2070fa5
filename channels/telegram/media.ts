/** Files of customers: fetched by this server, so that the address with the bot's token in it is seen by nobody. */
import { Readable } from 'node:stream';
import type { ChannelHost, PullOutcome } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import type { RemoteFile } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { botApi, type CallFailure } from './api.ts';
import { object, text } from '#channels/json-fields.ts';
import { tellRefused } from './refused.ts';

function later(reasonCode: string, afterMs?: number): PullOutcome {
  return { kind: 'retry', reasonCode, ...(afterMs === undefined ? {} : { afterMs }) };
}

function afterFailure(failure: CallFailure): PullOutcome {
  if (failure.kind !== 'refused') return later(failure.reasonCode);
  if (failure.code === 429) return later('RATE_LIMITED', failure.retryAfterMs ?? 1_000);
  if (failure.code !== 400) return later(`TELEGRAM_${failure.code}`);
  return { kind: 'failed', reasonCode: /too big/i.test(failure.description) ? 'FILE_TOO_LARGE' : 'FILE_GONE' };
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limits.fileBytes) throw new AppError('FILE_TOO_LARGE');
    yield chunk;
  }
}

/** Fetches one file and stores it (Channel.pull). What is too large or refused by its content is final. */
export async function pullFile(
  host: ChannelHost, file: RemoteFile & { handle: string }, signal: AbortSignal,
): Promise<PullOutcome> {
  if ((file.sizeBytes ?? 0) > limits.fileBytes) return { kind: 'failed', reasonCode: 'FILE_TOO_LARGE' };
  const api = await botApi(host);
  if (api === undefined) return later('SECRET_MISSING');
  const found = await api.call('getFile', { file_id: file.ref }, signal);
  if (!found.ok) {
    await tellRefused(host, api, found.failure, signal);
    return afterFailure(found.failure);
  }
  const path = text(object(found.result)?.['file_path']);
  if (path === undefined || path.length > 1_024) return { kind: 'failed', reasonCode: 'FILE_GONE' };
  try {
    const { status, body } = await api.download(path, signal);
    if (status !== 200) {
      for await (const _rest of bounded(body)) continue;
      return status === 404 ? { kind: 'failed', reasonCode: 'FILE_GONE' } : later(`TELEGRAM_${status}`);
    }
    const attachment = await host.media.put({ fileName: file.fileName, uploadedBy: 'CUSTOMER', handle: file.handle,
      bytes: Readable.from(bounded(body), { objectMode: false }) });
    return { kind: 'stored', attachment };
  } catch (error) {
    if (error instanceof AppError && (error.code === 'FILE_TOO_LARGE' || error.code === 'FILE_TYPE_REFUSED')) {
      return { kind: 'failed', reasonCode: error.code };
    }
    if (error instanceof FetchFailed) return later(error.reasonCode);
    // A torn download, or a disk or database that does not take it now.
    return later('FETCH_BROKEN');
  }
}
