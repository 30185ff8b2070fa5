/** What an error says to the person before the screen. */
import { ApiError } from '../api/client.ts';
import { codeWord } from './words.ts';

export interface Said { code: string; message: string; requestId: string | undefined }

/** Code and plain words of anything thrown: the server's own words if it gave any. */
export function sayError(error: unknown): Said {
  if (error instanceof ApiError) {
    const message = error.message === '' ? codeWord('error', error.code === 'NETWORK' ? 'NETWORK' : 'INTERNAL')
      : error.message;
    return { code: error.code, message, requestId: error.requestId };
  }
  return { code: 'INTERNAL', message: codeWord('error', 'INTERNAL'), requestId: undefined };
}
