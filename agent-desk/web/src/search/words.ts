/** Words of the search in both languages. */
import { defineWords } from '../kit/words.ts';

export const useSearchWords = defineWords('search', {
  id: {
    title: 'Cari', field: 'Cari nasabah, nomor tiket, isi pesan, atau nama berkas', clear: 'Hapus pencarian',
    contacts: 'Nasabah', tickets: 'Tiket', messages: 'Pesan', files: 'Berkas', all: 'Semua', groups: 'Jenis hasil',
    results: 'Hasil pencarian', pending: 'Mencari ...', found: '{{count}} hasil', found_one: '{{count}} hasil',
    near: 'ejaan mirip', notOpen: 'Belum ada percakapan yang dapat Anda buka.',
    more: 'Tampilkan lebih banyak', full: 'Yang terbaru ditampilkan. Tambah kata untuk mempersempit.',
    allResults: 'Semua hasil untuk “{{q}}”', note: 'Catatan internal', closed: 'Ditutup {{date}}',
    opened: 'Dibuka {{date}}', startTitle: 'Apa yang Anda cari?',
    startText: 'Ketik dua huruf atau lebih. Salah ketik pada nama tidak apa-apa. Nomor ditemukan dengan +62 maupun 08.',
    noneTitle: 'Tidak ada yang cocok dengan “{{q}}”',
    noneText: 'Periksa ejaan, kurangi kata, atau cari dengan nomor. Hanya yang boleh Anda lihat yang ditemukan.',
    failed: 'Pencarian belum berhasil',
    noRight: 'Peran Anda tidak mencakup data nasabah',
    noRightText: 'Nasabah, tiket, dan pesan hanya dapat dicari oleh yang melayaninya. Halaman dan perintah ada di Ctrl K.',
  },
  en: {
    title: 'Search', field: 'Search customers, ticket numbers, messages or file names', clear: 'Clear the search',
    contacts: 'Customers', tickets: 'Tickets', messages: 'Messages', files: 'Files', all: 'All',
    groups: 'Kind of result', results: 'Search results', pending: 'Searching ...', 
    found: '{{count}} results', found_one: '{{count}} result',
    near: 'similar spelling', notOpen: 'There is no conversation yet that you may open.',
    more: 'Show more', full: 'The newest are shown. Add a word to narrow them down.',
    allResults: 'All results for “{{q}}”', note: 'Internal note', closed: 'Closed {{date}}', opened: 'Opened {{date}}',
    startTitle: 'What are you looking for?',
    startText: 'Type two letters or more. Misspelt names are fine. Numbers are found with +62 and with 08.',
    noneTitle: 'Nothing matches “{{q}}”',
    noneText: 'Check the spelling, use fewer words, or search by number. Only what you may see is found.',
    failed: 'The search did not work',
    noRight: 'Your role does not cover customers\' data',
    noRightText: 'Customers, tickets and messages are searched by those who serve them. Pages and commands are at Ctrl K.',
  },
});
