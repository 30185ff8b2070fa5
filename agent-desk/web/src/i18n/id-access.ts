/** Indonesian words of the second step of signing in, the own authenticator, and confirming who one is. */
export const idAccess = {
  access: {
    codeTitle: 'Verifikasi langkah kedua', code: 'Kode autentikator', codeHint: '6 angka dari aplikasi autentikator.',
    recovery: 'Kode pemulihan', recoveryHint: 'Satu dari 10 kode yang Anda simpan, seperti abcde-fghjk.',
    useRecovery: 'Pakai kode pemulihan', useCode: 'Pakai kode autentikator', confirm: 'Konfirmasi',
    codeWrong: 'Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi autentikator.',
    codeNeeded: 'Isi 6 angka dari aplikasi autentikator.', recoveryNeeded: 'Isi kode pemulihan Anda.',
    back: 'Kembali ke halaman masuk', enrolTitle: 'Pasang autentikator',
    enrolWhy: 'Peran Anda mewajibkan verifikasi dua langkah. Pasang sekali, lalu pakai kodenya setiap kali masuk.',
    scan: 'Pindai kode ini dengan aplikasi autentikator di ponsel Anda, lalu isi 6 angka yang ditampilkannya.',
    qr: 'Kode QR untuk aplikasi autentikator', byHand: 'Tidak dapat memindai? Ketik kunci ini di aplikasi:',
    codesTitle: 'Simpan kode pemulihan Anda',
    codesText: 'Setiap kode dapat dipakai sekali bila ponsel Anda hilang. Kode ini hanya ditampilkan sekarang.',
    codesSaved: 'Sudah saya simpan', copy: 'Salin semua', copied: 'Tersalin',
    stepTitle: 'Konfirmasi identitas Anda',
    stepText: 'Tindakan ini menyangkut data penting. Konfirmasi berlaku selama 5 menit.',
    stepSignIn: 'Konfirmasi di jendela kecil penyedia identitas Anda; biarkan halaman ini terbuka.',
    stepWith: 'Konfirmasi lewat {{name}}', stepDone: 'Identitas Anda terkonfirmasi',
    stepClose: 'Tutup jendela ini dan lanjutkan di halaman semula.', stepFailed: 'Identitas Anda belum terkonfirmasi',
    stepRetry: 'Tutup jendela ini, lalu coba lagi di halaman semula. Bila berulang, hubungi administrator.',
    security: 'Keamanan akun', two: 'Verifikasi dua langkah', on: 'Aktif sejak {{date}}', off: 'Belum aktif',
    left: 'Sisa kode pemulihan: {{n}}', required: 'Peran Anda mewajibkannya.',
    offText: 'Saat ini akun Anda hanya dilindungi kata sandi. Dengan autentikator, orang lain yang tahu kata sandi tetap tidak '
      + 'dapat masuk.',
    turnOn: 'Aktifkan', replace: 'Ganti perangkat', newCodes: 'Buat kode pemulihan baru', turnOff: 'Nonaktifkan',
    turnOffAsk: 'Nonaktifkan verifikasi dua langkah?',
    turnOffText: 'Setelah dinonaktifkan, kata sandi saja cukup untuk masuk. Kode pemulihan Anda tidak berlaku lagi.',
    turnedOff: 'Verifikasi dua langkah dinonaktifkan', turnedOn: 'Verifikasi dua langkah aktif',
    failed: 'Belum berhasil', password: 'Ganti kata sandi', current: 'Kata sandi saat ini',
    next: 'Kata sandi baru', nextHint: 'Paling sedikit 12 karakter. Anda akan diminta masuk lagi di semua perangkat.',
    changed: 'Kata sandi diganti. Silakan masuk lagi.', with: 'Masuk dengan {{name}}', or: 'atau',
    providerFailed: 'Penyedia identitas tidak mengonfirmasi identitas Anda. Coba lagi, atau masuk dengan kata sandi.',
  },
  join: {
    title: 'Kata sandi', head: { INVITE: 'Selamat datang, {{name}}', RESET: 'Kata sandi baru, {{name}}' },
    who: 'Anda masuk ke Sambung dengan NPK {{npk}} dan kata sandi yang Anda tetapkan di sini.',
    password: 'Kata sandi baru', again: 'Ulangi kata sandi', differ: 'Kedua kata sandi belum sama.',
    hint: 'Paling sedikit 12 karakter. Kalimat pendek mudah diingat dan sulit ditebak.',
    enter: 'Simpan dan masuk', goOn: 'Simpan dan lanjutkan',
    // oxlint-disable-next-line unicorn/no-thenable -- words, which nobody awaits
    then: {
      enrol: 'Berikutnya: pasang autentikator di ponsel Anda.',
      totp: 'Berikutnya: kode dari aplikasi autentikator Anda.',
    },
    rule: {
      PASSWORD_TOO_SHORT: 'Kata sandi paling sedikit 12 karakter.',
      PASSWORD_TOO_LONG: 'Kata sandi paling banyak 128 karakter.',
      PASSWORD_TOO_SIMPLE: 'Kata sandi memakai terlalu sedikit karakter yang berbeda.',
      PASSWORD_COMMON: 'Kata sandi ini terlalu umum dan mudah ditebak.',
      PASSWORD_OWN_NAME: 'Kata sandi tidak boleh hanya terdiri dari nama atau NPK Anda. Tambahkan kata lain.',
    },
    toSignIn: 'Ke halaman masuk',
    fault: {
      UNKNOWN: 'Tautan tidak dikenal', USED: 'Tautan sudah dipakai', EXPIRED: 'Tautan sudah kedaluwarsa',
      REPLACED: 'Tautan sudah tidak berlaku',
    },
    faultText: {
      UNKNOWN: 'Mungkin alamatnya tidak tersalin utuh. Salin lagi, atau minta tautan baru kepada administrator.',
      USED: 'Kata sandi sudah ditetapkan dengan tautan ini. Masuk dengan kata sandi itu. Bila bukan Anda yang '
        + 'memakainya, segera hubungi administrator.',
      EXPIRED: 'Undangan berlaku 72 jam dan tautan kata sandi 30 menit. Minta tautan baru kepada administrator.',
      REPLACED: 'Ada tautan atau kata sandi yang lebih baru, atau akun sedang nonaktif. Hubungi administrator bila Anda '
        + 'tidak dapat masuk.',
    },
  },
} as const;
