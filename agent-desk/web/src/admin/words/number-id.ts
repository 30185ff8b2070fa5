/** Indonesian words of a number that is linked like a further device: pairing, its connection, what it may send. */
export const numberId = {
  title: 'Nomor WhatsApp', healthTitle: 'Kondisi nomor',
  states: {
    IDLE: 'Belum ditautkan', CONNECTING: 'Sedang menyambung', PAIRING: 'Menunggu ditautkan', OPEN: 'Tersambung',
    OFFLINE: 'Terputus', OPERATOR: 'Perlu tindakan Anda',
  },
  stateHelp: {
    IDLE: 'Tautkan nomor perusahaan seperti menautkan WhatsApp Web. Siapkan ponsel dengan nomor itu.',
    CONNECTING: 'Sedang menyambung ke WhatsApp. Pesan keluar menunggu.',
    PAIRING: 'Ikuti langkah berikut di ponsel dengan nomor perusahaan.',
    OPEN: 'Nomor ini menerima dan mengirim pesan.',
    OFFLINE: 'Koneksi dicoba lagi secara otomatis. Pesan keluar menunggu; pesan nasabah masuk setelah tersambung.',
    OPERATOR: 'Server tidak mencoba menyambung lagi sebelum Anda memilih tindakan. Pesan keluar menunggu.',
  },
  reasons: {
    PAIRING_EXPIRED: 'Kode tidak dipakai tepat waktu. Tampilkan kode baru bila ponsel sudah di tangan.',
    CONFLICT: 'Perangkat atau program lain memakai sesi ini dan merebutnya berulang kali. Hentikan yang lain dahulu, '
      + 'lalu sambungkan lagi.',
    LOGGED_OUT: 'Perangkat ini dikeluarkan dari ponsel (Perangkat tertaut). Kunci lama sudah diarsipkan; tautkan '
      + 'nomornya lagi. Pesan yang menunggu tetap tersimpan.',
    BANNED: 'WhatsApp memblokir nomor ini. Buka WhatsApp di ponselnya dan ajukan peninjauan. Sambungkan lagi setelah '
      + 'nomor pulih.',
    CLIENT_OUTDATED: 'WhatsApp menolak versi klien ini. Isi "Versi klien" dengan versi yang lebih baru, atau perbarui '
      + 'aplikasi, lalu sambungkan lagi.',
    MULTIDEVICE_MISMATCH: 'Ponsel belum mendukung perangkat tertaut. Perbarui WhatsApp di ponsel itu, lalu sambungkan '
      + 'lagi.',
    BAD_SESSION: 'Sesi ini tidak dikenali WhatsApp. Sambungkan lagi; bila terulang, keluar lalu tautkan dari awal.',
    STOPPED: 'Dihentikan oleh operator. Nomor tidak menerima dan tidak mengirim sampai disambungkan lagi.',
    EGRESS_REFUSED: 'Host pada "Server uji sendiri" tidak terdaftar di EGRESS_ALLOW. Perbaiki, lalu sambungkan lagi.',
    CONNECTION_LOST: 'Koneksi ke WhatsApp terputus.', CONNECTION_CLOSED: 'WhatsApp menutup koneksi.',
    TIMED_OUT: 'WhatsApp tidak menjawab.', UNAVAILABLE: 'Layanan WhatsApp sedang tidak tersedia.',
    REPLACED: 'Perangkat atau program lain memakai sesi ini sejenak.',
    RESTART_REQUIRED: 'WhatsApp meminta koneksi diulang.',
    SERVER_STOPPED: 'Server dihentikan atau dimulai ulang.',
    SERVER_LOST: 'Server yang menangani nomor ini mati mendadak; waktu mulainya hanya perkiraan.',
    OTHER: 'Sebab dari server: {{code}}.',
  },
  pauses: {
    REACHOUT_LOCKED: 'WhatsApp melarang nomor ini menyapa kontak baru untuk sementara.',
    OTHER: 'Nomor ini untuk sementara tidak boleh menyapa kontak baru.',
  },
  wishes: {
    PAIR_QR: 'Tautkan dengan kode QR', PAIR_CODE: 'Tautkan dengan kode 8 karakter', RECONNECT: 'Sambungkan lagi',
    LOG_OUT: 'Keluar dari WhatsApp', STOP: 'Hentikan',
  },
  useQr: 'Pakai kode QR', useCode: 'Pakai kode 8 karakter', stopPairing: 'Batal menautkan', tryNow: 'Coba sekarang',
  wished: 'Diminta: {{wish}}. Menunggu server yang menangani nomor ini ...', failed: 'Permintaan belum diteruskan',
  disabled: 'Akun dinonaktifkan. Aktifkan dahulu untuk menyambungkan nomornya.', since: 'sejak {{time}}',
  number: 'Nomor', name: 'Nama', paired: 'Ditautkan', noName: 'tanpa nama',
  logOutAsk: 'Keluar dari WhatsApp?',
  logOutText: 'Nomor {{number}} dilepas dari sini dan dari daftar perangkat di ponsel. Kuncinya diarsipkan dan tidak '
    + 'dipakai lagi: untuk menyambung kembali nomor harus ditautkan ulang. Pesan yang menunggu dan semua percakapan '
    + 'tetap tersimpan.',
  stopAsk: 'Hentikan nomor ini?',
  stopText: 'Nomor tidak menerima dan tidak mengirim sampai disambungkan lagi. Tautannya tetap; pesan yang menunggu '
    + 'tetap tersimpan.',
  phone: 'Nomor yang ditautkan', phoneHint: 'Dengan kode negara; 0812 ... dibaca sebagai +62 812 ...',
  phoneWrong: 'Isi nomor lengkap, misalnya +62 812 3456 7890.', phoneRead: 'Dibaca sebagai {{number}}',
  showCode: 'Tampilkan kode', qr: 'Kode QR untuk menautkan nomor; pindai dengan ponsel bernomor itu',
  code: 'Kode tautan: {{letters}}', codeLeft: 'Berlaku {{n}} detik lagi', codeNext: 'Kode sedang disiapkan ...',
  codeHidden: 'Kode hanya terlihat oleh yang mengelola kanal.',
  qrStep1: 'Buka WhatsApp di ponsel, lalu pilih Setelan.', qrStep2: 'Pilih Perangkat tertaut, lalu Tautkan perangkat.',
  qrStep3: 'Arahkan kamera ke kode ini. Kode berganti otomatis.',
  codeStep1: 'Buka WhatsApp di ponsel, lalu pilih Setelan, Perangkat tertaut, Tautkan perangkat.',
  codeStep2: 'Pilih "Tautkan dengan nomor telepon saja".', codeStep3: 'Ketik kode ini.',
  unused: 'Angka muncul setelah nomor ditautkan dan dipakai.',
  cold: '{{n}} dari {{cap}} kontak baru hari ini', coldFree: '{{n}} kontak baru hari ini, tanpa batas',
  coldHelp: 'Kontak baru: nasabah yang tidak menulis dalam {{days}} hari dan kami sapa lebih dahulu. Membalas nasabah '
    + 'yang menulis tidak dibatasi.',
  coldFull: 'Batas hari ini tercapai. Pesan kepada kontak baru menunggu sampai hari berganti (WIB).',
  paused: 'Kontak baru dijeda sampai {{time}}', pausedHelp: 'Balasan kepada nasabah yang menulis tetap terkirim.',
  days: '14 hari terakhir', day: 'Tanggal', coldDay: 'Kontak baru', warmDay: 'Balasan', failedDay: 'Gagal',
  receivedDay: 'Diterima', ignoredDay: 'Diabaikan',
  daysEmpty: 'Belum ada pesan. Angka harian muncul setelah nomor dipakai.',
  daysHelp: 'Diabaikan: pesan grup, status, dan saluran; tidak menjadi percakapan.',
  gaps: 'Jeda koneksi', gapsEmpty: 'Belum pernah terputus.', gap: '{{from}}–{{until}}',
  gapOpen: 'sejak {{from}}, belum tersambung', recovered: '{{n}} pesan diterima setelahnya',
  recoveredNone: 'tidak ada pesan yang diterima setelahnya',
};
