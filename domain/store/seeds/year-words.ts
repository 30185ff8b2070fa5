/** What customers write about in a seeded year, and what they are answered: invented, without anybody's data. */

export interface Scenario {
  category: string;
  subcategory: string;
  outcome: string;
  summary: string;
  /** How often it comes, against the others. */
  weight: number;
  /** Customer and agent in turn, the customer first. {nama} and {kontrak} are filled in. */
  turns: readonly string[];
}

/** The topics of a year at the counter of a finance company. */
export const scenarios: readonly Scenario[] = [
  { category: 'INFORMASI', subcategory: 'INFORMASI_OUTLET', outcome: 'DIINFORMASIKAN', weight: 22,
    summary: 'Menanyakan jam buka outlet terdekat', turns: ['Selamat pagi, outlet terdekat buka jam berapa ya?',
      'Selamat pagi Bapak/Ibu {nama}. Outlet buka Senin sampai Sabtu pukul 08.00-15.00.',
      'Kalau hari Sabtu sampai jam berapa?',
      'Hari Sabtu sampai pukul 12.00. Ada lagi yang dapat kami bantu?', 'Cukup, terima kasih.'] },
  { category: 'INFORMASI', subcategory: 'INFORMASI_SYARAT', outcome: 'DIINFORMASIKAN', weight: 18,
    summary: 'Syarat pengajuan pembiayaan kendaraan', turns: ['Permisi, syarat pengajuan kredit motor apa saja?',
      'Bapak/Ibu {nama} cukup menyiapkan KTP, kartu keluarga, dan slip gaji tiga bulan terakhir.',
      'Kalau wiraswasta bagaimana?',
      'Slip gaji dapat diganti dengan rekening koran tiga bulan terakhir.', 'Baik, saya siapkan dahulu. Makasih.'] },
  { category: 'INFORMASI', subcategory: 'INFORMASI_TARIF', outcome: 'DIINFORMASIKAN', weight: 14,
    summary: 'Biaya perpanjangan gadai', turns: ['Berapa biaya perpanjang gadai emas?',
      'Biayanya mengikuti nilai taksiran. Untuk kontrak {kontrak} perpanjangan dikenai sewa modal satu periode.',
      'Oh begitu, bisa lewat aplikasi?', 'Bisa, melalui menu Perpanjangan sebelum tanggal jatuh tempo.'] },
  { category: 'INFORMASI', subcategory: 'INFORMASI_PROMO', outcome: 'DIINFORMASIKAN', weight: 7,
    summary: 'Program promosi akhir bulan', turns: ['Promo bunga ringan yang di iklan masih berlaku?',
      'Masih, Bapak/Ibu {nama}, sampai akhir bulan ini.', 'Siap, terima kasih infonya'] },
  { category: 'PENGADUAN', subcategory: 'PENGADUAN_ANGSURAN', outcome: 'SELESAI', weight: 12,
    summary: 'Angsuran terpotong dua kali', turns: ['Angsuran saya bulan ini kok terpotong dua kali?',
      'Mohon maaf atas ketidaknyamanannya, Bapak/Ibu {nama}. Boleh kami minta nomor kontraknya?', 'Nomor {kontrak}',
      'Terima kasih. Kami melihat dua pendebitan; satu dikembalikan paling lambat tiga hari kerja.',
      'Tolong dipercepat ya, uangnya mau dipakai.', 'Kami teruskan ke bagian keuangan hari ini juga.'] },
  { category: 'PENGADUAN', subcategory: 'PENGADUAN_APLIKASI', outcome: 'SELESAI', weight: 9,
    summary: 'Tidak dapat masuk ke aplikasi', turns: ['Aplikasi tidak bisa login dari tadi pagi',
      'Mohon maaf, Bapak/Ibu {nama}. Apakah muncul pesan kesalahan?', 'Katanya kata sandi salah terus',
      'Kami kirimkan tautan penggantian kata sandi. Silakan dicoba kembali.', 'Sudah bisa, terima kasih'] },
  { category: 'PENGADUAN', subcategory: 'PENGADUAN_TRANSAKSI', outcome: 'DITERUSKAN', weight: 6,
    summary: 'Transfer pembayaran belum tercatat', turns: ['Saya sudah transfer kemarin tapi belum masuk',
      'Boleh dikirimkan bukti transfernya, Bapak/Ibu {nama}?', 'Ini kontrak {kontrak}, transfernya lewat bank',
      'Kami teruskan ke rekonsiliasi. Hasilnya kami kabarkan dalam dua hari kerja.'] },
  { category: 'PENGADUAN', subcategory: 'PENGADUAN_LAYANAN', outcome: 'SELESAI', weight: 3,
    summary: 'Antrean lama di outlet', turns: ['Petugas di outlet kurang ramah dan antreannya lama sekali.',
      'Mohon maaf atas pengalaman tersebut. Kami sampaikan kepada kepala outlet.', 'Semoga diperbaiki.'] },
  { category: 'PERMINTAAN', subcategory: 'PERMINTAAN_MUTASI', outcome: 'SELESAI', weight: 8,
    summary: 'Riwayat pembayaran enam bulan', turns: ['Minta riwayat pembayaran enam bulan terakhir kontrak {kontrak}',
      'Baik, Bapak/Ibu {nama}. Riwayat kami kirim ke e-mail yang terdaftar.', 'Sudah masuk, terima kasih banyak'] },
  { category: 'PERMINTAAN', subcategory: 'PERMINTAAN_PELUNASAN', outcome: 'SELESAI', weight: 7,
    summary: 'Rincian pelunasan dipercepat', turns: ['Kalau mau pelunasan dipercepat berapa sisanya?',
      'Untuk kontrak {kontrak} rincian pelunasan berlaku sampai akhir minggu. Kami siapkan memo pelunasannya.',
      'Oke saya datang hari Jumat', 'Kami tunggu kedatangannya, Bapak/Ibu {nama}.'] },
  { category: 'PERMINTAAN', subcategory: 'PERMINTAAN_DATA', outcome: 'MENUNGGU_NASABAH', weight: 5,
    summary: 'Ubah nomor telepon', turns: ['Mau ganti nomor HP di data saya',
      'Silakan datang ke outlet dengan KTP, atau lengkapi formulir di aplikasi.', 'Baik nanti saya lengkapi'] },
  { category: 'SARAN', subcategory: 'SARAN_APLIKASI', outcome: 'SELESAI', weight: 2,
    summary: 'Saran pengingat jatuh tempo', turns: ['Usul, tolong ada pengingat jatuh tempo di aplikasi',
      'Terima kasih atas sarannya, Bapak/Ibu {nama}. Kami teruskan kepada tim aplikasi.'] },
];

/** Who did not wait: nothing was answered. */
export const unansweredWeight = 5;
