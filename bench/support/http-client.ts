/**
 * A light client of the product's HTTP for loads inside the bench's process: what fetch leaves behind waits for a full
 * collection, and to copy it around stops the server that shares the process for 10 ms and more.
 */
import { Agent, request } from 'node:http';

export interface Asked { method: 'GET' | 'POST'; path: string; body?: object }

const agent = new Agent({ keepAlive: true });

/** Asks once over a kept connection; rejects where the answer is not 200. */
export function askOnce(base: string, { method, path, body }: Asked, headers: Record<string, string>): Promise<void> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(base + path, { method, agent, headers: { ...headers, ...(sent === undefined ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }) } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('error', reject)
        .on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`));
        });
    });
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
}
