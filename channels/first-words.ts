/** The fields by which an account greets by itself; routing/greetings.ts sends what stands in them. */
import type { SetupField } from './channel.ts';

/** What whoever begins a conversation reads first. */
export const greetingField: SetupField = {
  name: 'greeting', kind: 'text',
  label: { id: 'Salam pembuka', en: 'Greeting' },
  help: { id: 'Dikirim sekali saat nasabah memulai percakapan. Kosongkan bila tidak perlu.',
    en: 'Sent once when a customer begins a conversation. Empty: none.' },
};

/** What they read instead while nobody is there. */
export const awayField: SetupField = {
  name: 'awayText', kind: 'text',
  label: { id: 'Salam pembuka di luar jam layanan', en: 'Greeting outside working hours' },
  help: { id: 'Dikirim sekali sebagai gantinya saat antrean akun ini tutup. Kosongkan bila tidak perlu.',
    en: 'Sent once in its place while the queue of this account is closed. Empty: none.' },
};
