/**
 * W1: one customer's text message, 539 bytes, as the floors take it (Meta-shaped) and as the product does
 * (signed, generic).
 */
import { createHmac } from 'node:crypto';

const BODY_BYTES = 539;

/** Whose turn the i-th message is: one in twenty a new number, else one of the 10,000 that are known. */
export function senderOf(run: number, i: number): string {
  return i % 20 === 19
    ? String(7_700_000_000 + run * 10_000_000 + i)
    : String(5_500_000_000 + ((i * 7919 + run * 31) % 10_000));
}

function post(path: string, body: string, headers: string): Buffer {
  const start = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`;
  return Buffer.from(`${start}${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function padded(make: (text: string) => string, mark: string): string {
  const bare = make(mark);
  return make(`${mark} ${'x'.repeat(Math.max(0, BODY_BYTES - Buffer.byteLength(bare) - 1))}`);
}

/** The request of a floor server. */
export function floorRequest(run: number, i: number): Buffer {
  const from = senderOf(run, i);
  const value = (text: string): object => ({
    messaging_product: 'whatsapp', metadata: { display_phone_number: '15550000000', phone_number_id: '1' },
    contacts: [{ profile: { name: 'Customer' }, wa_id: from }],
    messages: [{ from, id: `wamid.${run}.${i}`, timestamp: '1790000000', type: 'text', text: { body: text } }],
  });
  const body = padded((text) => JSON.stringify({ object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value: value(text) }] }] }), `#${run}-${from}-${i}`);
  return post('/in', body, '');
}

/** The product's request: the same size, signed over the raw body. */
export function productRequest(account: string, secret: string, run: number, i: number): Buffer {
  const from = senderOf(run, i);
  const event = (text: string): object => (
    { type: 'message', id: `wamid.${run}.${i}`, from: { id: from, name: 'Customer' }, text });
  const body = padded((text) => JSON.stringify({ events: [event(text)] }), `#${run}-${from}-${i}`);
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return post(`/hooks/generic/${account}`, body, `sambung-signature: t=${time},v1=${signature}\r\n`);
}
