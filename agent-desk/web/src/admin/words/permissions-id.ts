/** What each permission allows, in Indonesian, as the role page explains it: a name and a line of help. */
export const permissionsId = {
  interaction: {
    read: ['Membaca interaksi', 'Melihat interaksi dalam cakupan, beserta percakapan dan pesannya.'],
    'read-waiting': [
      'Melihat yang menunggu',
      'Melihat interaksi yang menunggu; data pribadi disamarkan dan tanpa isi pesan.',
    ],
    handle: ['Menangani interaksi', 'Mengambil tawaran, membalas, mendokumentasikan, dan menutup pekerjaan sendiri.'],
    pick: ['Mengambil dari antrean', 'Mengambil sendiri pekerjaan dari antrean yang mengizinkannya.'],
    reassign: ['Mengalihkan pekerjaan', 'Mengalihkan, mengembalikan, atau mengambil alih pekerjaan agen lain.'],
  },
  contact: {
    read: ['Membaca kontak', 'Melihat data nasabah dalam cakupan; data pribadi disamarkan.'],
    update: ['Mengubah kontak', 'Mengubah data nasabah.'],
    unmask: [
      'Menampilkan data pribadi',
      'Melihat data yang disamarkan, dengan alasan. Setiap pembukaan dicatat di jejak audit.',
    ],
  },
  ticket: {
    read: ['Membaca tiket', 'Melihat tiket dalam cakupan.'],
    update: ['Mengubah tiket', 'Mengubah kategori, hasil, dan ringkasan tiket.'],
  },
  'opt-out': {
    manage: ['Mengelola penolakan kontak', 'Mencatat dan mencabut penolakan kontak nasabah.'],
  },
  metrics: {
    read: ['Melihat metrik', 'Melihat angka terkini dalam cakupan.'],
  },
  presence: {
    read: ['Melihat status kehadiran', 'Melihat status kehadiran agen dalam cakupan.'],
    manage: ['Mengatur status kehadiran', 'Mengubah status kehadiran orang lain.'],
  },
  user: {
    read: ['Melihat pengguna', 'Melihat pengguna dalam cakupan.'],
    manage: ['Mengelola pengguna', 'Membuat, mengubah, dan menonaktifkan pengguna di bawah peringkat sendiri.'],
  },
  role: {
    manage: ['Mengelola peran', 'Mengubah peran di bawah peringkat sendiri.'],
  },
  queue: {
    read: ['Melihat antrean dan daftar', 'Melihat antrean, keahlian, kategori, dan alasan.'],
    manage: ['Mengelola antrean dan daftar', 'Mengubah antrean, keahlian, kategori, dan alasan.'],
  },
  channel: {
    read: ['Melihat akun kanal', 'Melihat akun kanal dan kondisinya, tanpa rahasianya.'],
    manage: ['Mengelola akun kanal', 'Mengubah akun kanal dan mengisi rahasianya.'],
  },
  quarantine: {
    read: ['Melihat karantina', 'Melihat kiriman yang dikarantina beserta alasannya.'],
    replay: ['Memproses ulang karantina', 'Memproses ulang kiriman yang dikarantina.'],
  },
  audit: {
    read: ['Membaca jejak audit', 'Membaca jejak audit dan memeriksa segelnya.'],
  },
  security: {
    manage: ['Mengelola keamanan masuk', 'Mengatur verifikasi dua langkah dan penyedia identitas.'],
  },
  'api-key': {
    manage: ['Mengelola kunci API', 'Membuat dan mencabut kunci API yang bekerja dengan izin sendiri.'],
  },
  webhook: {
    manage: ['Mengelola webhook', 'Mengatur webhook keluar dan melihat pengirimannya.'],
  },
  retention: {
    manage: ['Mengelola masa simpan', 'Mengatur lama data disimpan, menjalankan penghapusan, dan menahan data.'],
  },
  data: {
    export: ['Mengekspor data', 'Mengambil tiket, interaksi, kontak, dan jejak audit sebagai berkas CSV; setiap ekspor '
      + 'dicatat.'],
  },
  'subject-data': {
    manage: ['Mengelola permintaan data nasabah', 'Mencatat permintaan nasabah dan menyerahkan datanya.'],
    approve: ['Menyetujui penghapusan', 'Menyetujui atau menolak penghapusan yang dicatat orang lain.'],
  },
  system: {
    read: ['Melihat sistem', 'Melihat metrik, kondisi, dan dokumentasi instalasi.'],
  },
};
