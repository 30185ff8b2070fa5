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
    id: 'Permintaan tidak dapat dibaca. Periksa isian lalu coba lagi.',
    en: 'The request could not be read. Check the fields and try again.',
  },
  VALIDATION_FAILED: {
    status: 400,
    id: 'Ada isian yang belum benar. Tidak ada yang disimpan.',
    en: 'Some fields are not right. Nothing was saved.',
  },
  MALFORMED_JSON: {
    status: 400,
    id: 'Isi permintaan bukan JSON yang benar. Tidak ada yang disimpan.',
    en: 'The body is not valid JSON. Nothing was saved.',
  },
  TOO_DEEP: {
    status: 400,
    id: 'Isi permintaan bersarang terlalu dalam.',
    en: 'The body nests too deeply.',
  },
  SIGN_IN_REQUIRED: {
    status: 401,
    id: 'Sesi Anda berakhir. Silakan masuk kembali; draf Anda tetap tersimpan.',
    en: 'Your session has ended. Please sign in again; your drafts are kept.',
  },
  SIGN_IN_FAILED: {
    status: 401,
    id: 'NPK atau kata sandi tidak cocok.',
    en: 'NPK and password do not match.',
  },
  SIGNATURE_MISSING: {
    status: 401,
    id: 'Tanda tangan permintaan tidak ada.',
    en: 'The request carries no signature.',
  },
  SIGNATURE_WRONG: {
    status: 401,
    id: 'Tanda tangan permintaan tidak cocok.',
    en: 'The signature of the request does not match.',
  },
  SIGNATURE_EXPIRED: {
    status: 401,
    id: 'Waktu pada tanda tangan di luar batas 5 menit.',
    en: 'The time in the signature is more than 5 minutes off.',
  },
  VISITOR_TOKEN_INVALID: {
    status: 401,
    id: 'Sesi obrolan tidak dikenali. Obrolan baru akan dimulai.',
    en: 'The chat session is not known. A new chat will start.',
  },
  FORBIDDEN: {
    status: 403,
    id: 'Anda tidak berwenang melakukan ini.',
    en: 'You may not do this.',
  },
  CSRF_FAILED: {
    status: 403,
    id: 'Permintaan tidak berasal dari layar ini. Muat ulang halaman.',
    en: 'The request did not come from this screen. Reload the page.',
  },
  ORIGIN_REFUSED: {
    status: 403,
    id: 'Asal permintaan tidak diizinkan.',
    en: 'This origin is not allowed.',
  },
  RANK_TOO_HIGH: {
    status: 403,
    id: 'Anda tidak dapat memberikan atau mengubah peran setara atau di atas peran Anda.',
    en: 'You cannot grant or change a role equal to or above your own.',
  },
  NOT_FOUND: {
    status: 404,
    id: 'Data tidak ditemukan.',
    en: 'The data was not found.',
  },
  CHANNEL_ACCOUNT_UNKNOWN: {
    status: 404,
    id: 'Akun kanal tidak dikenal.',
    en: 'The channel account is not known.',
  },
  VERSION_CONFLICT: {
    status: 409,
    id: 'Data sudah diubah orang lain. Muat ulang, lalu ulangi perubahan Anda.',
    en: 'Somebody else changed this. Reload and repeat your change.',
  },
  ALREADY_EXISTS: {
    status: 409,
    id: 'Data dengan kode atau nomor yang sama sudah ada.',
    en: 'An entry with the same code or number exists already.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 409,
    id: 'Kunci idempotensi ini sudah dipakai untuk permintaan lain.',
    en: 'This idempotency key was used for another request.',
  },
  STATE_CONFLICT: {
    status: 409,
    id: 'Tindakan ini tidak mungkin pada status sekarang.',
    en: 'This is not possible in the present state.',
  },
  OFFER_GONE: {
    status: 409,
    id: 'Tawaran ini sudah tidak berlaku.',
    en: 'This offer is no longer open.',
  },
  ALREADY_OWNED: {
    status: 409,
    id: 'Percakapan ini sudah ditangani agen lain.',
    en: 'Another agent already handles this conversation.',
  },
  CAPACITY_EXCEEDED: {
    status: 409,
    id: 'Kapasitas Anda tidak cukup untuk pekerjaan ini.',
    en: 'You have no capacity left for this work.',
  },
  NOT_DOCUMENTED: {
    status: 409,
    id: 'Isi dokumentasi terlebih dahulu agar dapat ditutup.',
    en: 'Fill in the documentation first; nothing closes without it.',
  },
  INTERACTION_CLOSED: {
    status: 409,
    id: 'Interaksi ini sudah ditutup. Pesan Anda tetap tersimpan sebagai draf.',
    en: 'This interaction is closed. Your message is kept as a draft.',
  },
  NO_SEAT_FREE: {
    status: 409,
    id: 'Semua kursi lisensi sedang terpakai. Hubungi Team Leader.',
    en: 'Every licensed seat is taken. Ask your team leader.',
  },
  NO_TIER2_QUEUE: {
    status: 409,
    id: 'Belum ada antrean Tier 2 yang aktif. Hubungi Team Leader.',
    en: 'No tier 2 queue is active. Ask your team leader.',
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    id: 'Administrator terakhir tidak dapat dinonaktifkan.',
    en: 'The last administrator cannot be removed.',
  },
  IN_USE: {
    status: 409,
    id: 'Data ini sedang dipakai sehingga tidak dapat dihapus; nonaktifkan saja.',
    en: 'This is in use and cannot be deleted; deactivate it instead.',
  },
  OPTED_OUT: {
    status: 409,
    id: 'Nasabah menolak dihubungi untuk tujuan ini.',
    en: 'The customer has opted out of this purpose.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    id: 'Ukuran isi melebihi batas. Tidak ada yang disimpan.',
    en: 'The body is over the limit. Nothing was saved.',
  },
  FILE_TOO_LARGE: {
    status: 413,
    id: 'Berkas melebihi batas 20 MB.',
    en: 'The file is over the limit of 20 MB.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    id: 'Jenis isi tidak didukung.',
    en: 'This content type is not supported.',
  },
  FILE_TYPE_REFUSED: {
    status: 415,
    id: 'Jenis berkas ini tidak diterima.',
    en: 'This type of file is not accepted.',
  },
  PRECONDITION_REQUIRED: {
    status: 428,
    id: 'Sertakan If-Match dengan versi data yang Anda ubah.',
    en: 'Send If-Match with the version you are changing.',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    id: 'Terlalu banyak permintaan. Coba lagi sebentar lagi.',
    en: 'Too many requests. Try again in a moment.',
  },
  LOGIN_LOCKED: {
    status: 429,
    id: 'Terlalu banyak percobaan masuk. Coba lagi dalam beberapa menit.',
    en: 'Too many attempts to sign in. Try again in some minutes.',
  },
  INTERNAL: {
    status: 500,
    id: 'Terjadi kesalahan di server. Sebutkan nomor permintaan kepada administrator.',
    en: 'The server made an error. Give the request number to your administrator.',
  },
  OVERLOADED: {
    status: 503,
    id: 'Server sedang penuh. Kirim ulang sebentar lagi; belum ada yang diterima.',
    en: 'The server is full. Send again in a moment; nothing was accepted.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    id: 'Basis data sedang tidak terjangkau. Belum ada yang diterima; coba lagi sebentar lagi.',
    en: 'The database is out of reach. Nothing was accepted; try again in a moment.',
  },
  CHANNEL_UNAVAILABLE: {
    status: 503,
    id: 'Kanal ini sedang tidak terhubung. Pesan Anda tetap tersimpan.',
    en: 'This channel is not connected. Your message is kept.',
  },
  SHUTTING_DOWN: {
    status: 503,
    id: 'Server sedang dimulai ulang. Coba lagi sebentar lagi.',
    en: 'The server is restarting. Try again in a moment.',
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
