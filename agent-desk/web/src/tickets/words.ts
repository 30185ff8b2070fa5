/** Words of the list of tickets in both languages. */
import { defineWords } from '../kit/words.ts';

export const useTicketWords = defineWords('tickets', {
  id: {
    title: 'Tiket', lead: 'Tiket yang boleh Anda lihat, yang terbaru di atas.', search: 'Cari tiket',
    kinds: 'Tiket yang ditampilkan', open: 'Terbuka', closed: 'Ditutup', followed: 'Diikuti', all: 'Semua',
    number: 'Nomor', customer: 'Nasabah', category: 'Kategori', summary: 'Ringkasan', state: 'Status', agent: 'Agen',
    opened: 'Dibuka', closedAt: 'Ditutup', noCategory: 'Belum dikategorikan', noAgent: 'Belum ada',
    openNone: 'Tidak ada tiket terbuka', openNoneText: 'Tiket baru muncul di sini begitu nasabah menghubungi.',
    closedNone: 'Belum ada tiket yang ditutup', closedNoneText: 'Tiket yang selesai dan ditutup tersimpan di sini.',
    followedNone: 'Belum ada tiket yang Anda ikuti',
    followedNoneText: 'Tekan F pada percakapan untuk mengikuti tiketnya. Anda diberi tahu bila nasabah menulis lagi.',
    allNone: 'Belum ada tiket', allNoneText: 'Setiap percakapan menjadi tiket dan muncul di sini.',
    full: '{{n}} tiket terbaru ditampilkan. Yang lebih lama ditemukan lewat pencarian.',
    opening: 'Membuka tiket ...', openFailed: 'Tiket belum dapat dibuka',
    noTalk: 'Tiket ini tidak punya percakapan yang boleh Anda buka',
    noTalkText: 'Anda boleh melihat tiketnya di daftar. Untuk membaca percakapannya, hubungi Team Leader.',
    toList: 'Ke daftar tiket',
  },
  en: {
    title: 'Tickets', lead: 'The tickets you may see, the newest on top.', search: 'Search tickets',
    kinds: 'Tickets shown', open: 'Open', closed: 'Closed', followed: 'Followed', all: 'All',
    number: 'Number', customer: 'Customer', category: 'Category', summary: 'Summary', state: 'Status', agent: 'Agent',
    opened: 'Opened', closedAt: 'Closed', noCategory: 'Not categorised yet', noAgent: 'None yet',
    openNone: 'No open tickets', openNoneText: 'New tickets appear here as soon as a customer gets in touch.',
    closedNone: 'No closed tickets yet', closedNoneText: 'Tickets that are done and closed are kept here.',
    followedNone: 'You follow no ticket yet',
    followedNoneText: 'Press F in a conversation to follow its ticket. You are told when the customer writes again.',
    allNone: 'No tickets yet', allNoneText: 'Every conversation becomes a ticket and appears here.',
    full: 'The newest {{n}} tickets are shown. Older ones are found by the search.',
    opening: 'Opening the ticket ...',
    openFailed: 'The ticket could not be opened',
    noTalk: 'This ticket has no conversation that you may open',
    noTalkText: 'You may see the ticket in the list. To read its conversation, ask your team leader.',
    toList: 'To the list of tickets',
  },
});
