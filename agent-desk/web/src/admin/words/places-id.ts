/** The words of places and people in Indonesian: branches, sites, teams, seats, working hours, import, set-up check. */
export const placesId = {
  branches: {
    title: 'Unit organisasi', lead: 'Pohon kantor pusat, wilayah, area, dan cabang. Wewenang atas sebuah unit '
      + 'mencakup semua unit di bawahnya.',
    add: 'Buat unit', addBelow: 'Tambah unit di bawahnya', edit: 'Unit {{name}}', search: 'Cari nama atau kode',
    empty: 'Belum ada unit', emptyHint: 'Buat kantor pusat, lalu unit di bawahnya.', kind: 'Jenjang',
    anyKind: 'Semua jenjang', parent: 'Unit induk', people: 'Pengguna',
    kindHint: 'Tidak dapat diubah setelah dibuat.',
    parentHint: 'Memindahkan unit membawa semua unit di bawahnya; wewenang ikut berpindah.',
    codeHint: 'Kode cabang, misalnya 10400.', active: 'Unit aktif',
    activeHint: 'Unit hanya dapat dinonaktifkan bila tidak ada pengguna atau unit aktif di dalamnya.',
    kinds: { HEAD_OFFICE: 'Kantor pusat', REGION: 'Wilayah', AREA: 'Area', BRANCH: 'Cabang' },
  },
  sites: {
    title: 'Site', lead: 'Lokasi pusat layanan; menentukan zona waktu dan hari kerja.', add: 'Buat site',
    edit: 'Site {{name}}', search: 'Cari site', empty: 'Belum ada site',
    emptyHint: 'Buat site pertama, lalu tim dan kursi di dalamnya.', zone: 'Zona waktu', people: 'Pengguna',
    seats: 'Kursi', active: 'Site aktif',
    activeHint: 'Site hanya dapat dinonaktifkan bila kosong: tanpa pengguna, tim, kursi, dan antrean aktif.',
  },
  teams: {
    title: 'Tim', lead: 'Kelompok agen dengan satu Team Leader.', add: 'Buat tim', edit: 'Tim {{name}}',
    search: 'Cari tim', empty: 'Belum ada tim', emptyHint: 'Buat tim, pilih Team Leader, lalu masukkan anggotanya.',
    leader: 'Team Leader', noLeader: 'Belum ada Team Leader', members: 'Anggota', active: 'Tim aktif',
    activeHint: 'Tim hanya dapat dinonaktifkan bila tidak ada anggota aktif.',
  },
  seats: {
    title: 'Kursi', lead: 'Lisensi per aplikasi. Kursi diambil saat agen Siap dan kembali saat agen Luring.',
    add: 'Buat kursi', edit: 'Kursi {{name}}', search: 'Cari label atau aplikasi', empty: 'Belum ada kursi',
    emptyHint: 'Tanpa kursi, jumlah agen yang Siap tidak dibatasi.', application: 'Aplikasi', label: 'Label',
    labelHint: 'Misalnya JKT-OMNI-1.', holder: 'Dipakai oleh', free: 'Kosong', taken: 'Terpakai',
    since: '{{name}}, sejak {{time}}', anyState: 'Kosong dan terpakai', active: 'Kursi aktif',
    activeHint: 'Kursi nonaktif tidak diberikan lagi; pemakai yang sekarang tetap memakainya sampai Luring.',
    applications: { VOICE: 'Telepon', VIDEO: 'Video', OMNI: 'Omni Channel', SAPA: 'SAPA' },
  },
  calendars: {
    title: 'Jam layanan', lead: 'Hari dan jam buka, dipakai oleh site, antrean, dan unit organisasi.', add: 'Buat kalender',
    edit: 'Kalender {{name}}', search: 'Cari kalender', empty: 'Belum ada kalender',
    emptyHint: 'Tanpa kalender, site dan antrean dianggap selalu buka.', week: 'Jam mingguan',
    weekHint: 'Contoh: 08.00-12.00, 13.00-17.00. Tulis "tutup" atau "24 jam" bila perlu. Lewat tengah malam: '
      + '22.00-24.00, lalu 00.00-06.00 pada hari berikutnya.',
    copy: 'Salin Senin ke hari kerja', closed: 'tutup', allDay: '24 jam', wrong: 'Jam tidak terbaca atau saling tumpang tindih.',
    tooMany: 'Paling banyak {{max}} rentang per hari.', usedBy: 'Dipakai oleh', unused: 'Belum dipakai',
    uses: '{{sites}} site, {{queues}} antrean, {{branches}} unit organisasi', active: 'Kalender aktif',
    activeHint: 'Hanya dapat dinonaktifkan bila tidak dipakai lagi.', now: 'Sekarang', open: 'Buka',
    shut: 'Tutup', openUntil: 'Buka sampai {{time}}', shutUntil: 'Tutup, buka lagi {{time}}', always: 'Selalu buka',
    none: 'Tanpa kalender (selalu buka)', follows: 'Mengikuti site', calendar: 'Jam layanan',
    days: { d1: 'Senin', d2: 'Selasa', d3: 'Rabu', d4: 'Kamis', d5: 'Jumat', d6: 'Sabtu', d7: 'Minggu' },
    tabs: { week: 'Kalender', holidays: 'Hari libur' },
  },
  holidays: {
    add: 'Tambah hari libur', edit: '{{name}}', empty: 'Belum ada hari libur untuk tahun ini',
    emptyHint: 'Tambahkan hari libur nasional dan cuti bersama agar jam layanan benar.', day: 'Tanggal',
    dayHint: 'Tanggal/bulan/tahun, misalnya 21/11/2026', name: 'Nama hari', hours: 'Jam buka', hoursHint: 'Kosongkan bila tutup seharian.',
    calendar: 'Berlaku untuk', all: 'Semua kalender', active: 'Berlaku', year: 'Tahun', year_of: 'Tahun {{year}}',
    wrongDay: 'Isi tanggal dengan format tanggal/bulan/tahun, misalnya 21/11/2026.', closed: 'Tutup seharian',
  },
  import: {
    open: 'Impor CSV', title: 'Impor pengguna dari CSV', lead: 'Berkas diperiksa baris demi baris; belum ada yang '
      + 'disimpan sampai Anda menekan tombol impor.',
    back: 'Kembali ke pengguna', choose: 'Pilih berkas CSV', drop: 'atau seret berkas ke sini, atau tempel isinya',
    paste: 'Isi CSV', template: 'Unduh contoh', check: 'Periksa',
    columns: 'Kolom: npk dan nama wajib; site, tim, cabang, peran, keahlian, antrean, kapasitas, bahasa boleh '
      + 'kosong. Antrean ditulis dengan nama atau kodenya. Beberapa peran, keahlian, atau antrean dipisah tanda |. '
      + 'Cakupan peran mengikuti cakupan bawaannya.',
    line: 'Baris', result: 'Hasil pemeriksaan', fresh: '{{n}} baru', exists: '{{n}} sudah terdaftar',
    wrong: '{{n}} perlu diperbaiki', states: { NEW: 'Baru', EXISTS: 'Sudah terdaftar', WRONG: 'Perlu diperbaiki' },
    existsHint: 'NPK sudah dipakai; baris ini dilewati.', make: 'Impor {{n}} pengguna', making: '{{done}} dari {{all}}',
    onlyRight: 'Baris yang perlu diperbaiki tidak diimpor.', none: 'Tidak ada baris di dalam berkas ini.',
    nothingNew: 'Tidak ada pengguna baru di dalam berkas ini.', done: '{{n}} pengguna dibuat',
    doneHint: 'Undangan hanya ditampilkan kali ini. Unduh atau salin, lalu serahkan langsung kepada masing-masing; tiap '
      + 'undangan dipakai sekali, paling lambat 72 jam lagi.',
    download: 'Unduh undangan', noted: 'Sudah saya simpan', again: 'Impor berkas lain',
    stopped: 'Impor berhenti: {{done}} dari {{all}} sudah dibuat. Yang sudah dibuat tetap tersimpan.',
    lost: 'Undangan tidak diterima karena koneksi terputus; buat undangan baru di data pengguna.', tooBig: 'Berkas terlalu '
      + 'besar: paling banyak {{max, number}} karakter.', resume: 'Lanjutkan', leave: 'Tinggalkan halaman?',
    leaveHint: 'Undangan yang belum disimpan akan hilang.', leaveNo: 'Tetap di sini', leaveYes: 'Tinggalkan',
    issues: {
      not_npk: 'terdiri dari 4 sampai 8 angka', required: 'wajib diisi', not_name: 'tidak dapat dipakai',
      not_capacity: 'isi 0 sampai 1000', unknown: 'tidak dikenal', other_site: 'berada di site lain',
      no_place: 'peran ini memerlukan site, tim, atau unit organisasi', not_yours: 'di luar wewenang Anda',
      several: 'nama ini dipakai beberapa antrean; tulis kodenya', twice: 'muncul dua kali di berkas ini',
    },
    cells: {
      npk: 'NPK', name: 'Nama', site: 'Site', team: 'Tim', branch: 'Cabang', roles: 'Peran', skills: 'Keahlian',
      queues: 'Antrean', capacity: 'Kapasitas', locale: 'Bahasa',
    },
  },
  health: {
    lastIn: 'Pesan masuk terakhir', lastOut: 'Pesan terkirim terakhir', failed: 'Gagal terkirim',
    waiting: 'Menunggu dikirim', quarantined: 'Dikarantina', never: 'belum ada', recent: 'Dari pesan-pesan terbaru.',
    test: 'Uji kirim dan terima', testHint: 'Kirim kode dari ponsel atau peramban Anda sendiri ke akun ini; akun akan '
      + 'membalas. Pesan uji masuk antrean seperti pesan biasa.',
    begin: 'Mulai uji', send: 'Kirim teks ini ke akun tersebut', waitingFor: 'Menunggu pesan Anda sampai {{time}} ...',
    received: 'Pesan diterima {{time}}.', reply: 'Balasan: {{status}}', ok: 'Akun menerima dan mengirim.',
    expired: 'Waktu uji habis dan pesan belum tiba. Periksa alamat webhook, rahasia, dan nomor tujuan, lalu ulangi.',
    again: 'Uji lagi',
  },
  checks: {
    title: 'Pemeriksaan pengaturan', lead: 'Pengaturan yang membuat pekerjaan tertahan atau tidak terlihat siapa pun.',
    empty: 'Tidak ada masalah', emptyHint: 'Semua antrean, tim, akun, dan daftar sudah lengkap.',
    severities: { STOPS: 'Menghentikan pekerjaan', HIDES: 'Perlu dilengkapi' }, fix: 'Perbaiki', count: '{{n}} temuan',
    more: 'dan {{n}} lagi',
    codes: {
      QUEUE_WITHOUT_MEMBERS: 'Antrean tanpa anggota: pekerjaannya tidak ditawarkan kepada siapa pun.',
      QUEUE_WITHOUT_SKILLED: 'Antrean yang keahliannya tidak dimiliki seorang anggota pun.',
      ACCOUNT_WITHOUT_QUEUE: 'Akun kanal tanpa antrean: pesan masuk tanpa tujuan.',
      NO_TIER2_QUEUE: 'Belum ada antrean Tier 2 yang aktif: eskalasi tidak dapat dilakukan.',
      TEAM_WITHOUT_LEADER: 'Tim tanpa Team Leader aktif.', USER_WITHOUT_ROLE: 'Pengguna aktif tanpa peran.',
      USER_WITHOUT_PLACE: 'Pengguna dengan cakupan tim, site, atau unit organisasi yang sudah nonaktif.',
      USER_WITHOUT_QUEUE: 'Agen yang bukan anggota antrean mana pun: tidak memperoleh tawaran.',
      REASONS_MISSING: 'Jenis alasan tanpa pilihan aktif: agen tidak dapat memberi alasan.',
      NO_CATEGORY: 'Belum ada kategori aktif: tiket tidak dapat ditutup.',
      BRANCH_UNDER_CLOSED: 'Unit aktif di bawah unit yang sudah nonaktif.',
      HOLIDAYS_MISSING: 'Tahun berjalan belum memiliki hari libur, padahal ada kalender.',
    },
  },
};
