/** Indonesian words of buttons under a reply, and of changing what was sent: edit, recall, react. */
export const idMessage = {
  ask: {
    make: 'Tombol jawaban', title: 'Tombol di bawah balasan', buttons: 'Tombol yang dilihat nasabah',
    text: 'Teks tombol {{n}}', textHint: 'Misalnya: Ya, setuju', url: 'Tautan tombol {{n}}',
    asLink: 'Jadikan tautan', remove: 'Hapus tombol {{n}}', add: 'Tambah tombol', perRow: 'Per baris', use: 'Pakai',
    hint: 'Enter: tambah tombol. Ctrl Enter: pakai.', full: 'Paling banyak {{max}} tombol.',
    fault_empty: 'Isi teks tombol.', fault_twice: 'Teks ini sudah dipakai tombol lain.',
    fault_url: 'Tautan harus diawali https://', contact: 'Minta nomor telepon', contactWords: 'Bagikan nomor telepon saya',
    contactHint: 'Nasabah membagikan nomornya dengan satu ketukan, sehingga dipastikan miliknya sendiri.',
    drop: 'Hapus tombol dari balasan', needsText: 'Tulis pesan yang menyertai tombol.', tapped: 'Menekan tombol',
  },
  alter: {
    edit: 'Ubah pesan', recall: 'Tarik pesan', react: 'Beri reaksi', noReaction: 'Tutup pilihan reaksi',
    reactWith: 'Reaksi {{emoji}}', ownReaction: 'Kami memberi reaksi {{emoji}}', editing: 'Mengubah pesan',
    newText: 'Isi pesan yang baru', hint: 'Nasabah melihat tanda bahwa pesan diubah.', save: 'Simpan perubahan',
    empty: 'Pesan tidak boleh kosong.', dismiss: 'Abaikan', asBefore: 'Nasabah masih melihat pesan semula.',
    recalled: 'Anda menarik pesan ini setelah terkirim', recalledBy: '{{who}} menarik pesan ini setelah terkirim',
    EDIT_HELD: 'Diubah dalam {{n}} dtk', RECALL_HELD: 'Ditarik dalam {{n}} dtk', REACTION_HELD: 'Dikirim dalam {{n}} dtk',
    EDIT_WAITING: 'Sedang diubah ...', RECALL_WAITING: 'Sedang ditarik ...',
    REACTION_WAITING: 'Mengirim reaksi {{emoji}} ...',
    EDIT_FAILED: 'Pesan belum diubah', RECALL_FAILED: 'Pesan belum ditarik', REACTION_FAILED: 'Reaksi belum terkirim',
  },
} as const;
