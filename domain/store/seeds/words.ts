/** Invented people and the words of the demo organisation; no real person is meant. */

const FIRST = ['Adi', 'Ayu', 'Bagus', 'Citra', 'Dewi', 'Eka', 'Fajar', 'Gita', 'Hadi', 'Indah', 'Joko', 'Kartika',
  'Laras',
  'Maya', 'Nanda', 'Oki', 'Putri', 'Rani', 'Satrio', 'Tari', 'Umar', 'Vina', 'Wahyu', 'Yudha', 'Zahra', 'Bima', 'Cahya',
  'Dimas', 'Endah', 'Galih', 'Hesti', 'Intan', 'Kirana', 'Lestari', 'Mega', 'Nur', 'Panji', 'Ratih', 'Surya',
    'Tegar', 'Wulan'];
const LAST = ['Santoso', 'Wijaya', 'Pratama', 'Kusuma', 'Nugroho', 'Saputra', 'Hidayat', 'Permana', 'Wibowo',
  'Maharani',
  'Siregar', 'Nasution', 'Lubis', 'Simanjuntak', 'Hutapea', 'Sitompul', 'Tampubolon', 'Rahayu', 'Anggraini', 'Puspita',
  'Setiawan', 'Gunawan', 'Hartono', 'Suryadi', 'Utami', 'Purnomo', 'Ramadhan', 'Syahputra', 'Mahendra', 'Wardani'];

export { FIRST as firstNames, LAST as lastNames };

/**
 * The n-th invented name: the same in every run. 41 and 30 share no divisor, so 1,230 names pass before one returns.
 */
export function inventedName(n: number): string {
  return `${FIRST[n % FIRST.length]} ${LAST[(n * 7) % LAST.length]}`;
}

/**
 * code, Indonesian, English, target ideal and max in seconds (B6-B10); subcategories carry the targets of their
 * category.
 */
export const categories = [
  { code: 'INFORMASI', id: 'Informasi', en: 'Information', ideal: 180, max: 720, under: [
    ['INFORMASI_PRODUK', 'Informasi produk', 'Product information'], ['INFORMASI_OUTLET', 'Lokasi dan jam buka outlet',
      'Outlet location and hours'],
    ['INFORMASI_TARIF', 'Tarif dan biaya', 'Rates and fees'], ['INFORMASI_SYARAT', 'Syarat dan dokumen',
      'Requirements and documents'],
    ['INFORMASI_PROMO', 'Program promosi', 'Promotions']] },
  { code: 'PENGADUAN', id: 'Pengaduan', en: 'Complaint', ideal: 720, max: 1200, under: [
    ['PENGADUAN_TRANSAKSI', 'Transaksi gagal', 'Failed transaction'], ['PENGADUAN_APLIKASI', 'Kendala aplikasi',
      'Application trouble'],
    ['PENGADUAN_ANGSURAN', 'Angsuran tidak sesuai', 'Incorrect instalment'],
      ['PENGADUAN_LAYANAN', 'Layanan petugas', 'Service of staff'],
    ['PENGADUAN_JAMINAN', 'Barang jaminan', 'Pledged goods']] },
  { code: 'PERMINTAAN', id: 'Permintaan', en: 'Request', ideal: 300, max: 1200, under: [
    ['PERMINTAAN_DATA', 'Perubahan data nasabah', 'Change of customer data'],
      ['PERMINTAAN_MUTASI', 'Riwayat transaksi', 'Transaction history'],
    ['PERMINTAAN_BUKA_BLOKIR', 'Buka blokir akun', 'Unblock account'],
      ['PERMINTAAN_PELUNASAN', 'Rincian pelunasan', 'Payoff statement']] },
  { code: 'SARAN', id: 'Saran', en: 'Suggestion', ideal: null, max: null, under: [
    ['SARAN_LAYANAN', 'Saran layanan', 'About service'], ['SARAN_APLIKASI', 'Saran aplikasi',
      'About the application']] },
] as const;

/** kind, code, Indonesian, English. */
export const reasons = [
  ['BREAK', 'IBADAH', 'Ibadah', 'Prayer'], ['BREAK', 'MAKAN', 'Makan', 'Meal'],
    ['BREAK', 'TOILET', 'Ke kamar kecil', 'Restroom'],
  ['BREAK', 'COACHING', 'Coaching dengan Team Leader', 'Coaching'], ['BREAK', 'PELATIHAN', 'Pelatihan', 'Training'],
  ['BREAK', 'GANGGUAN_TEKNIS', 'Gangguan perangkat', 'Technical trouble'],
  ['DECLINE', 'SEDANG_MENANGANI', 'Masih menangani nasabah lain', 'Still serving another customer'],
  ['DECLINE', 'DI_LUAR_KEAHLIAN', 'Di luar keahlian saya', 'Outside my skills'],
  ['DECLINE', 'GANGGUAN_TEKNIS', 'Gangguan perangkat', 'Technical trouble'],
  ['OUTCOME', 'SELESAI', 'Selesai', 'Resolved'], ['OUTCOME', 'DIINFORMASIKAN', 'Sudah diinformasikan', 'Informed'],
  ['OUTCOME', 'MENUNGGU_NASABAH', 'Menunggu data nasabah', 'Waiting for customer data'],
  ['OUTCOME', 'DITERUSKAN', 'Dieskalasi ke Tier 2', 'Escalated to tier 2'],
  ['OUTCOME', 'TIDAK_ADA_RESPONS', 'Nasabah tidak merespons', 'Customer did not respond'],
  ['OOT', 'SPAM', 'Spam', 'Spam'], ['OOT', 'SALAH_SAMBUNG', 'Salah alamat', 'Wrong address'],
    ['OOT', 'IKLAN', 'Penawaran atau iklan', 'Advertising'],
  ['OOT', 'UJI_COBA', 'Pesan uji coba', 'Test message'],
  ['UNMASK', 'VERIFIKASI_IDENTITAS', 'Verifikasi identitas', 'Verify identity'],
    ['UNMASK', 'HUBUNGI_KEMBALI', 'Menghubungi kembali', 'Call back'],
  ['UNMASK', 'PENANGANAN_PENGADUAN', 'Penanganan pengaduan', 'Complaint handling'],
    ['UNMASK', 'PERMINTAAN_NASABAH', 'Permintaan nasabah', 'Asked by the customer'],
  ['REOPEN', 'BELUM_SELESAI', 'Masalah belum selesai', 'Not solved yet'],
    ['REOPEN', 'INFORMASI_BARU', 'Ada informasi baru', 'New information'],
  ['REOPEN', 'SALAH_TUTUP', 'Tertutup tidak sengaja', 'Closed by mistake'],
  ['ESCALATION', 'DI_LUAR_WEWENANG', 'Di luar wewenang', 'Outside authority'],
    ['ESCALATION', 'BUTUH_ANALISIS', 'Perlu analisis lanjutan', 'Needs further analysis'],
  ['ESCALATION', 'GANGGUAN_SISTEM', 'Gangguan sistem', 'System failure'],
    ['ESCALATION', 'PENGADUAN_BERULANG', 'Pengaduan berulang', 'Repeated complaint'],
] as const;

/**
 * code, name, tier, required skill; tier-2 escalations go to HELPDESK and CS_DIGITAL, never to VERIFIKATOR (A3, J3).
 */
export const queues = [
  ['LIVE_CHAT', 'Live Chat', 1, 'TEKS'], ['WHATSAPP', 'WhatsApp', 1, 'TEKS'], ['TELEGRAM', 'Telegram', 1, 'TEKS'],
  ['EMAIL', 'E-mail', 1, 'TEKS'], ['MEDIA_SOSIAL', 'Media Sosial', 1, 'TEKS'], ['TELEPON', 'Telepon', 1, 'SUARA'],
  ['SAPA', 'SAPA Outlet', 1, 'SUARA'], ['KANAL_LAIN', 'Kanal Lain', 1, 'TEKS'],
    ['VERIFIKATOR', 'Verifikator', 1, 'VERIFIKASI'],
  ['HELPDESK', 'Tier 2 Helpdesk', 2, 'HELPDESK'], ['CS_DIGITAL', 'Tier 2 CS Digital', 2, 'CS_DIGITAL'],
] as const;

/** code, name. */
export const skills = [
  ['TEKS', 'Layanan teks'], ['SUARA', 'Layanan suara'], ['VERIFIKASI', 'Verifikasi video'],
    ['HELPDESK', 'Helpdesk outlet'],
  ['CS_DIGITAL', 'Layanan digital'], ['BAHASA_INGGRIS', 'Bahasa Inggris'],
] as const;

/** code, parent, kind, name: a sample of the tree head office > region > area > branch (A1, A33). */
export const branches = [
  ['10000', null, 'HEAD_OFFICE', 'Kantor Pusat'],
  ['11000', '10000', 'REGION', 'Kantor Wilayah Jakarta'], ['12000', '10000', 'REGION',
    'Kantor Wilayah Jawa Tengah dan DIY'],
  ['13000', '10000', 'REGION', 'Kantor Wilayah Sumatera Utara'],
  ['11100', '11000', 'AREA', 'Kantor Area Jakarta Pusat'], ['11200', '11000', 'AREA', 'Kantor Area Jakarta Selatan'],
  ['12100', '12000', 'AREA', 'Kantor Area Yogyakarta'], ['12200', '12000', 'AREA', 'Kantor Area Semarang'],
  ['13100', '13000', 'AREA', 'Kantor Area Medan'],
  ['11110', '11100', 'BRANCH', 'Cabang Tanah Abang'], ['11120', '11100', 'BRANCH', 'Cabang Senen'],
    ['11210', '11200', 'BRANCH', 'Cabang Kebayoran'],
  ['12110', '12100', 'BRANCH', 'Cabang Malioboro'], ['12120', '12100', 'BRANCH', 'Cabang Sleman'],
    ['12210', '12200', 'BRANCH', 'Cabang Simpang Lima'],
  ['13110', '13100', 'BRANCH', 'Cabang Medan Kota'], ['13120', '13100', 'BRANCH', 'Cabang Padang Bulan'],
] as const;

/** code, name, hours of working days, Saturday and Sunday in minutes after midnight. */
export const calendars = [
  ['LAYANAN', 'Jam pusat layanan', [[420, 1320]], [[420, 1320]], [[420, 1320]]],
  ['KANTOR', 'Jam kantor cabang', [[480, 1020]], [[480, 720]], []],
] as const;

/** Public holidays with a fixed date; those that follow the moon are announced each year and entered by hand. */
export const holidays = [
  ['01-01', 'Tahun Baru Masehi'], ['05-01', 'Hari Buruh Internasional'], ['06-01', 'Hari Lahir Pancasila'],
  ['08-17', 'Hari Kemerdekaan Republik Indonesia'], ['12-25', 'Hari Raya Natal'],
] as const;

/** application, seats in Jakarta, seats in Yogyakarta: 67 together, a licence each and tied to nobody (A6, A9, J8). */
export const seats = [['VOICE', 4, 5], ['VIDEO', 8, 0], ['OMNI', 18, 24], ['SAPA', 2, 6]] as const;
