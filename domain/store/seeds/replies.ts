/** The canned replies of the demo organisation (C12, C16): greeting, asking back, waiting, thanks. */
import { newId } from '#domain/ids.ts';
import type { Tx } from '#domain/store/db.ts';
import { insertRows } from './base.ts';

const replies = [
  ['salam', 'Salam pembuka', '{{salam}}, Bapak/Ibu {{nama_nasabah}}. Saya {{nama_agen}}. Ada yang dapat kami bantu?'],
  ['cek', 'Mohon waktu untuk mengecek', 'Baik, mohon menunggu sebentar. Kami cek datanya terlebih dahulu.'],
  ['bukti', 'Minta bukti pembayaran', 'Boleh kami minta foto bukti pembayarannya agar dapat kami telusuri?'],
  ['outlet', 'Jam buka outlet', 'Outlet kami buka Senin sampai Jumat pukul 08.00–15.00 dan Sabtu pukul 08.00–12.00.'],
  ['tiket', 'Nomor tiket', 'Permintaan Bapak/Ibu kami catat dengan nomor {{nomor_tiket}} pada {{tanggal}}.'],
  ['tunggu', 'Diteruskan ke bagian terkait', 'Laporan Bapak/Ibu kami teruskan ke bagian terkait. '
    + 'Hasilnya kami kabarkan melalui {{kanal}} ini.'],
  ['tutup', 'Salam penutup', 'Terima kasih telah menghubungi kami. Apakah ada hal lain yang dapat kami bantu?'],
] as const;

/** Writes them in the seed's transaction; `now` as ISO time. */
export async function insertCannedReplies(tx: Tx, organisationId: string, now: string): Promise<void> {
  await insertRows(tx, 'canned_replies', replies.map(([shortcut, title, body]) => ({
    id: newId(), organisation_id: organisationId, shortcut, title, body, queue_id: null, active: true, created_at: now,
    version: 1,
  })));
}
