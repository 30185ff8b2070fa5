/** The audit trail in Indonesian: one sentence a journal type; {{actor}} is the person, the customer or the system. */
export const journalId = {
  contact: {
    created: '{{actor}} tercatat sebagai nasabah baru', updated: '{{actor}} mengubah data nasabah',
    unmasked: '{{actor}} menampilkan data pribadi nasabah', viewed: '{{actor}} membuka data nasabah',
  },
  conversation: { created: 'Percakapan baru dimulai', read: 'Nasabah membaca percakapan' },
  message: {
    received: 'Pesan nasabah diterima', queued: '{{actor}} mengirim pesan kepada nasabah',
    noted: '{{actor}} menulis catatan internal', posted: '{{actor}} menampilkan pemberitahuan di percakapan',
    'status-changed': 'Status pesan keluar berubah', edited: 'Nasabah mengubah pesannya',
    deleted: 'Nasabah menghapus pesannya',
  },
  interaction: {
    queued: 'Interaksi masuk antrean', offered: 'Interaksi ditawarkan kepada agen',
    'offer-ended': 'Tawaran berakhir tanpa diambil', accepted: '{{actor}} mengambil interaksi',
    answered: '{{actor}} memberi jawaban pertama', transferred: '{{actor}} mengalihkan interaksi',
    released: 'Interaksi dikembalikan ke urutan terdepan antrean', snoozed: '{{actor}} menunda interaksi',
    documented: '{{actor}} melengkapi dokumentasi', escalated: '{{actor}} mengeskalasi interaksi ke Tier 2',
    'customer-ended': 'Nasabah mengakhiri obrolan', abandoned: 'Interaksi ditinggalkan sebelum terjawab',
    closed: '{{actor}} menutup interaksi', 'completed-out-of-topic': '{{actor}} menandai interaksi sebagai OOT',
    rated: 'Nasabah memberi penilaian', read: '{{actor}} membaca pesan terbaru',
  },
  ticket: {
    opened: 'Tiket dibuka', reopened: 'Tiket dibuka kembali', updated: '{{actor}} mengubah isi tiket',
    'state-changed': 'Status tiket berubah',
  },
  agent: {
    'presence-changed': '{{actor}} mengubah status kehadiran',
    vanished: 'Koneksi agen terputus; masa tenggang berjalan', returned: 'Agen kembali sebelum masa tenggang habis',
  },
  user: {
    'signed-in': '{{actor}} masuk', 'signed-out': 'Sesi pengguna berakhir',
    'sign-in-failed': 'Percobaan masuk gagal: kata sandi salah', created: '{{actor}} membuat pengguna',
    updated: '{{actor}} mengubah data pengguna', 'roles-changed': '{{actor}} mengubah peran pengguna',
    'password-changed': '{{actor}} mengganti kata sandi pengguna',
  },
  role: { created: '{{actor}} membuat peran', updated: '{{actor}} mengubah izin peran' },
  queue: { created: '{{actor}} membuat antrean', updated: '{{actor}} mengubah antrean' },
  skill: { created: '{{actor}} membuat keahlian', updated: '{{actor}} mengubah keahlian' },
  'channel-account': {
    created: '{{actor}} menghubungkan akun kanal', updated: '{{actor}} mengubah pengaturan akun kanal',
    'health-changed': 'Kondisi akun kanal berubah',
  },
  event: { quarantined: 'Kiriman masuk dikarantina', replayed: '{{actor}} memproses ulang kiriman yang dikarantina' },
  'opt-out': { registered: '{{actor}} mencatat penolakan kontak', withdrawn: '{{actor}} mencabut penolakan kontak' },
  configuration: { created: '{{actor}} menambah entri pengaturan', updated: '{{actor}} mengubah entri pengaturan' },
  search: { performed: '{{actor}} melakukan pencarian' },
};
