/** Every error a person or a program can meet: its code, its HTTP status, and what it says in both languages. */

interface Meaning {
  readonly status: number;
  readonly id: string;
  readonly en: string;
}

/** What happened, what was kept, what to do. `{name}` is filled from the error's details. */
export const errorCatalogue = {
  BAD_REQUEST: {
    status: 400,
    id: 'Permintaan tidak dapat dibaca; tidak ada yang disimpan. Periksa isian, lalu coba lagi.',
    en: 'The request could not be read; nothing was saved. Check the fields and try again.',
  },
  VALIDATION_FAILED: {
    status: 400,
    id: 'Ada isian yang belum benar; tidak ada yang disimpan. Perbaiki isian, lalu coba lagi.',
    en: 'Some fields are not right; nothing was saved. Correct them and try again.',
  },
  MALFORMED_JSON: {
    status: 400,
    id: 'Isi permintaan bukan JSON yang benar; tidak ada yang disimpan. Perbaiki, lalu kirim ulang.',
    en: 'The body is not valid JSON; nothing was saved. Correct it and send it again.',
  },
  TOO_DEEP: {
    status: 400,
    id: 'Isi permintaan bersarang terlalu dalam; tidak ada yang disimpan. Sederhanakan, lalu kirim ulang.',
    en: 'The body nests too deeply; nothing was saved. Simplify it and send it again.',
  },
  LEASE_LOST: {
    status: 409,
    id: 'Sesi akun kanal ini sedang dipakai proses lain; tidak ada yang diubah. Muat ulang, lalu coba lagi.',
    en: 'Another process holds the session of this channel account now; nothing was changed. Reload and try again.',
  },
  SIGN_IN_REQUIRED: {
    status: 401,
    id: 'Sesi Anda berakhir. Draf Anda tetap tersimpan. Silakan masuk kembali.',
    en: 'Your session has ended. Your drafts are kept. Please sign in again.',
  },
  SIGN_IN_FAILED: {
    status: 401,
    id: 'NPK atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi.',
    en: 'NPK and password do not match. Check both and try again.',
  },
  LINK_INVALID: {
    status: 401,
    id: 'Tautan ini tidak berlaku lagi; kata sandi tidak berubah. Minta tautan baru kepada administrator Anda.',
    en: 'This link is no longer valid; the password was not changed. Ask your administrator for a new one.',
  },
  SIGNATURE_MISSING: {
    status: 401,
    id: 'Permintaan tidak bertanda tangan; tidak ada yang diterima. Tandatangani, lalu kirim ulang.',
    en: 'The request carries no signature; nothing was accepted. Sign it and send it again.',
  },
  SIGNATURE_WRONG: {
    status: 401,
    id: 'Tanda tangan permintaan tidak cocok; tidak ada yang diterima. Periksa kunci rahasia di kedua sisi.',
    en: 'The signature does not match; nothing was accepted. Check the secret on both sides.',
  },
  SIGNATURE_EXPIRED: {
    status: 401,
    id: 'Waktu tanda tangan terpaut lebih dari 5 menit; tidak ada yang diterima. Cocokkan jam pengirim.',
    en: 'The time in the signature is more than 5 minutes off; nothing was accepted. Correct the clock.',
  },
  VISITOR_TOKEN_INVALID: {
    status: 401,
    id: 'Sesi obrolan tidak dikenali. Obrolan baru akan dimulai.',
    en: 'The chat session is not known. A new chat will start.',
  },
  CODE_WRONG: {
    status: 401,
    id: 'Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi autentikator, atau pakai kode '
      + 'pemulihan yang lain.',
    en: 'The code does not fit or was used already. Wait for the next one in your authenticator, or use another '
      + 'recovery code.',
  },
  STEP_EXPIRED: {
    status: 401,
    id: 'Waktu untuk langkah kedua habis. Masuk lagi dengan NPK dan kata sandi Anda.',
    en: 'The time for the second step ran out. Sign in again with your NPK and password.',
  },
  PROVIDER_FAILED: {
    status: 401,
    id: 'Penyedia identitas tidak mengonfirmasi identitas Anda; Anda belum masuk. Coba lagi, atau pakai kata sandi.',
    en: 'The identity provider did not confirm who you are; you are not signed in. Try again, or use your password.',
  },
  PROVIDER_NOT_FRESH: {
    status: 401,
    id: 'Penyedia identitas tidak meminta Anda masuk lagi, jadi identitas Anda belum terkonfirmasi. Coba lagi; bila '
      + 'berulang, hubungi administrator.',
    en: 'The identity provider did not ask you to sign in again, so you are not confirmed yet. Try again; if this '
      + 'repeats, tell your administrator.',
  },
  STEP_UP_REQUIRED: {
    status: 403,
    id: 'Tindakan ini memerlukan konfirmasi ulang identitas Anda; belum ada yang dilakukan. Konfirmasi, lalu ulangi.',
    en: 'This asks you to confirm your identity once more; nothing was done yet. Confirm, then repeat it.',
  },
  OWN_REQUEST: {
    status: 403,
    id: 'Permintaan Anda sendiri harus diputuskan orang lain; tidak ada yang diubah. Minta rekan yang berwenang.',
    en: 'Your own request must be decided by somebody else; nothing was changed. Ask an authorised colleague.',
  },
  FORBIDDEN: {
    status: 403,
    id: 'Anda tidak berwenang melakukan ini. Hubungi administrator bila pekerjaan Anda membutuhkannya.',
    en: 'You may not do this. Ask your administrator if your work requires it.',
  },
  CSRF_FAILED: {
    status: 403,
    id: 'Permintaan tidak berasal dari layar ini; tidak ada yang diubah. Muat ulang halaman, lalu coba lagi.',
    en: 'The request did not come from this screen; nothing was changed. Reload the page and try again.',
  },
  ORIGIN_REFUSED: {
    status: 403,
    id: 'Asal permintaan ini tidak diizinkan; tidak ada yang diterima. Hubungi administrator.',
    en: 'This origin is not allowed; nothing was accepted. Ask your administrator.',
  },
  RANK_TOO_HIGH: {
    status: 403,
    id: 'Peran, izin, atau cakupan ini di luar wewenang Anda; tidak ada yang diubah. Hubungi administrator.',
    en: 'This role, permission or scope is beyond your authority; nothing was changed. Ask your administrator.',
  },
  NOT_FOUND: {
    status: 404,
    id: 'Data tidak ditemukan. Data ini mungkin sudah dihapus, atau di luar cakupan Anda.',
    en: 'The data was not found. It may have been removed, or be outside your scope.',
  },
  CHANNEL_ACCOUNT_UNKNOWN: {
    status: 404,
    id: 'Akun kanal tidak dikenal; tidak ada yang diterima. Periksa alamatnya.',
    en: 'The channel account is not known; nothing was accepted. Check the address.',
  },
  VERSION_CONFLICT: {
    status: 409,
    id: 'Data sudah diubah orang lain; perubahan Anda belum disimpan. Muat versi terbaru, lalu ulangi.',
    en: 'Somebody else changed this; your change was not saved. Load the newest version and repeat it.',
  },
  ALREADY_EXISTS: {
    status: 409,
    id: 'Kode atau nomor ini sudah dipakai; tidak ada yang disimpan. Pakai kode atau nomor lain.',
    en: 'This code or number is already in use; nothing was saved. Use another one.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 409,
    id: 'Kunci idempotensi ini sudah dipakai permintaan lain; tidak ada yang diproses. Pakai kunci baru.',
    en: 'Another request used this idempotency key; nothing was processed. Use a new key.',
  },
  ALREADY_SENT: {
    status: 409,
    id: 'Pesan sudah dikirim dan tidak dapat ditarik lagi. Kirim pesan baru untuk meralatnya.',
    en: 'The message has been sent and cannot be taken back. Send another one to correct it.',
  },
  STATE_CONFLICT: {
    status: 409,
    id: 'Tindakan ini tidak dapat dilakukan pada status saat ini; tidak ada yang diubah. Periksa statusnya.',
    en: 'This cannot be done in the present state; nothing was changed. Check the state.',
  },
  CHANNEL_IDENTITY_TAKEN: {
    status: 409,
    id: 'Rahasia ini milik bot atau nomor yang sudah dipakai akun kanal aktif lain; tidak ada yang '
      + 'disimpan. Nonaktifkan akun itu, atau isi rahasia lain.',
    en: 'This secret belongs to a bot or number that another active channel account uses already; nothing was '
      + 'saved. Disable that account, or enter another secret.',
  },
  OFFER_GONE: {
    status: 409,
    id: 'Tawaran ini sudah tidak berlaku: waktunya habis atau sudah diambil. Tunggu tawaran berikutnya.',
    en: 'This offer is no longer open: it ran out or was taken. Wait for the next one.',
  },
  ALREADY_OWNED: {
    status: 409,
    id: 'Percakapan ini sudah ditangani agen lain, atau sedang ditawarkan kepada agen lain. Yang sudah Anda tulis tetap ada.',
    en: 'Another agent handles this conversation or was offered it. What you wrote is kept.',
  },
  CAPACITY_EXCEEDED: {
    status: 409,
    id: 'Kapasitas Anda tidak cukup; pekerjaan ini tetap di antrean. Tutup pekerjaan lain, lalu coba lagi.',
    en: 'You have no capacity left; this work stays in the queue. Close other work and try again.',
  },
  NOT_DOCUMENTED: {
    status: 409,
    id: 'Percakapan belum ditutup karena dokumentasi belum lengkap. Lengkapi dokumentasi, lalu tutup.',
    en: 'The conversation is still open: its documentation is not complete. Complete it, then close.',
  },
  INTERACTION_CLOSED: {
    status: 409,
    id: 'Interaksi ini sudah ditutup. Yang sudah Anda tulis tetap ada. Tunggu pesan baru dari nasabah.',
    en: 'This interaction is closed. What you wrote is kept. Wait for a new message from the customer.',
  },
  NO_SEAT_FREE: {
    status: 409,
    id: 'Semua kursi lisensi sedang terpakai. Status Anda tetap. Coba lagi nanti, atau hubungi Team Leader.',
    en: 'Every licensed seat is taken. Your presence stays as it was. Try again later, or ask your team leader.',
  },
  NO_TIER2_QUEUE: {
    status: 409,
    id: 'Belum ada antrean Tier 2 yang aktif. Percakapan tetap milik Anda. Hubungi Team Leader.',
    en: 'No tier 2 queue is active. The conversation stays yours. Ask your team leader.',
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    id: 'Harus ada paling sedikit satu administrator aktif; tidak ada yang diubah. Tetapkan administrator lain dahulu.',
    en: 'One active administrator must remain; nothing was changed. Appoint another one first.',
  },
  IN_USE: {
    status: 409,
    id: 'Data ini sedang dipakai, sehingga tidak dapat dihapus. Nonaktifkan saja.',
    en: 'This is in use, so it cannot be deleted. Deactivate it instead.',
  },
  TWO_FACTOR_REQUIRED: {
    status: 409,
    id: 'Peran Anda mewajibkan verifikasi dua langkah; tidak ada yang diubah. Ganti perangkatnya bila perlu.',
    en: 'Your role requires two-factor sign-in; nothing was changed. Replace the device if you need to.',
  },
  LEGAL_HOLD: {
    status: 409,
    id: 'Data nasabah ini sedang ditahan secara hukum, sehingga tidak dihapus. Lepaskan penahanannya dahulu.',
    en: 'The data of this customer are under a legal hold, so they were not erased. Release the hold first.',
  },
  WORK_OPEN: {
    status: 409,
    id: 'Masih ada percakapan terbuka dengan nasabah ini; tidak ada yang dihapus. Tutup percakapan itu dahulu.',
    en: 'A conversation with this customer is still open; nothing was erased. Close it first.',
  },
  PLACE_NOT_EMPTY: {
    status: 409,
    id: 'Masih ada pengguna, tim, kursi, antrean, atau unit yang aktif di dalamnya; tidak ada yang diubah. Pindahkan '
      + 'atau nonaktifkan semuanya dahulu.',
    en: 'Active users, teams, seats, queues or units still stand in it; nothing was changed. Move or deactivate them '
      + 'first.',
  },
  PLACE_INACTIVE: {
    status: 409,
    id: 'Site, tim, unit, atau kalender yang dipilih sudah nonaktif; tidak ada yang disimpan. Pilih yang lain, atau '
      + 'aktifkan dahulu.',
    en: 'The chosen site, team, unit or calendar is no longer active; nothing was saved. Choose another one, or '
      + 'activate it first.',
  },
  TREE_WRONG: {
    status: 409,
    id: 'Unit tidak dapat ditempatkan di sana: jenjangnya harus di bawah induknya, dan bukan di bawah dirinya '
      + 'sendiri. Tidak ada yang diubah. Pilih induk lain.',
    en: 'The unit cannot stand there: its level must be below its parent\'s, and never below itself. Nothing was '
      + 'changed. Choose another parent.',
  },
  CSV_UNREADABLE: {
    status: 400,
    id: 'Berkas CSV tidak dapat dibaca; tidak ada yang disimpan. Periksa baris judul dan tanda kutip, lalu coba lagi.',
    en: 'The CSV file cannot be read; nothing was saved. Check its header line and quotes, then try again.',
  },
  LIMIT_REACHED: {
    status: 409,
    id: 'Jumlahnya sudah mencapai batas; tidak ada yang ditambahkan. Hapus yang tidak dipakai, lalu coba lagi.',
    en: 'The limit is reached; nothing was added. Remove what is not used and try again.',
  },
  CONTACTS_MERGED: {
    status: 409,
    id: 'Nasabah ini sudah digabungkan; tidak ada yang diubah. Buka data nasabah hasil penggabungan, lalu ulangi dari sana.',
    en: 'This customer was merged already; nothing was changed. Open the merged customer and repeat it there.',
  },
  OPTED_OUT: {
    status: 409,
    id: 'Nasabah menolak dihubungi untuk tujuan ini. Pesan Anda tidak dikirim, tetapi tetap tersimpan.',
    en: 'The customer has opted out of this purpose. Your message was not sent, but it is kept.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    id: 'Ukuran isi melebihi batas; tidak ada yang disimpan. Perkecil isinya, lalu kirim ulang.',
    en: 'The body is over the limit; nothing was saved. Make it smaller and send it again.',
  },
  FILE_TOO_LARGE: {
    status: 413,
    id: 'Berkas melebihi batas 20 MB. Yang sudah Anda tulis tetap ada. Pilih berkas yang lebih kecil.',
    en: 'The file is over the limit of 20 MB. What you wrote is kept. Choose a smaller file.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    id: 'Jenis isi permintaan tidak didukung; tidak ada yang disimpan. Kirim dalam jenis lain.',
    en: 'This content type is not supported; nothing was saved. Send it as another type.',
  },
  FILE_TYPE_REFUSED: {
    status: 415,
    id: 'Jenis berkas ini tidak diterima. Yang sudah Anda tulis tetap ada. Kirim dalam bentuk lain.',
    en: 'This type of file is not accepted. What you wrote is kept. Send it in another form.',
  },
  PRECONDITION_REQUIRED: {
    status: 428,
    id: 'Versi data belum disertakan; tidak ada yang disimpan. Kirim If-Match dengan versi yang diubah.',
    en: 'The version is missing; nothing was saved. Send If-Match with the version you are changing.',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    id: 'Terlalu banyak permintaan; yang ini belum diterima. Tunggu sebentar, lalu coba lagi.',
    en: 'Too many requests; this one was not accepted. Wait a moment and try again.',
  },
  LOGIN_LOCKED: {
    status: 429,
    id: 'Terlalu banyak percobaan masuk. Tunggu beberapa menit, lalu coba lagi.',
    en: 'Too many attempts to sign in. Wait some minutes and try again.',
  },
  INTERNAL: {
    status: 500,
    id: 'Terjadi kesalahan di server. Coba lagi; bila berulang, sampaikan nomor permintaannya kepada administrator.',
    en: 'The server made an error. Try again; if it repeats, give the request number to your administrator.',
  },
  OVERLOADED: {
    status: 503,
    id: 'Server sedang sibuk; belum ada yang diterima. Tunggu sebentar, lalu kirim ulang.',
    en: 'The server is busy; nothing was accepted. Wait a moment and send again.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    id: 'Basis data sedang tidak dapat dihubungi; belum ada yang diterima. Tunggu sebentar, lalu coba lagi.',
    en: 'The database is out of reach; nothing was accepted. Wait a moment and try again.',
  },
  CHANNEL_UNAVAILABLE: {
    status: 503,
    id: 'Kanal ini sedang tidak tersambung. Pesan Anda tetap tersimpan. Coba lagi setelah tersambung.',
    en: 'This channel is not connected. Your message is kept. Try again once it is connected.',
  },
  SHUTTING_DOWN: {
    status: 503,
    id: 'Server sedang dimulai ulang. Yang sudah Anda tulis tetap ada. Tunggu sebentar, lalu coba lagi.',
    en: 'The server is restarting. What you wrote is kept. Wait a moment and try again.',
  },
} as const satisfies Record<string, Meaning>;

export type ErrorCode = keyof typeof errorCatalogue;
export type Locale = 'id' | 'en';

/** An operating error with a code of the catalogue. Programmer errors stay plain Errors and become INTERNAL. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, details?: Record<string, unknown>, cause?: unknown) {
    super(errorCatalogue[code].en, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** What the error says to a person, in their language. */
export function errorMessage(code: ErrorCode, locale: Locale): string {
  return errorCatalogue[code][locale];
}
