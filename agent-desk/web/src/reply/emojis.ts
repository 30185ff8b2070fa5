/** The emoji of the picker with words of both languages to find them by; few, and none that could offend. */

/** Sign, then its words. */
export const emojis: readonly (readonly [string, string])[] = [
  ['🙏', 'terima kasih mohon maaf salam thanks please sorry'],
  ['👍', 'setuju baik jempol ok yes thumbs up'], ['😊', 'senyum ramah smile'], ['🙂', 'senyum smile'],
  ['😀', 'gembira senang happy grin'], ['😄', 'tertawa happy laugh'],
  ['😅', 'lega keringat relieved sweat'], ['😉', 'kedip wink'], ['😍', 'suka love'], ['🤗', 'peluk hug'],
  ['🤔', 'pikir berpikir think'], ['😔', 'sedih menyesal sad sorry'], ['😢', 'menangis sedih cry sad'],
  ['😟', 'khawatir worried'], ['😮', 'kaget surprised'], ['😎', 'keren cool'],
  ['🥳', 'rayakan selamat party celebrate'], ['👋', 'halo dadah hai hello bye wave'],
  ['👏', 'tepuk tangan bagus applause'], ['🤝', 'sepakat jabat tangan deal shake'],
  ['💪', 'semangat kuat strong'], ['👌', 'oke pas okay'], ['☝️', 'perhatian satu point one'],
  ['👉', 'lihat kanan point right'], ['👇', 'bawah point down'], ['✌️', 'damai peace'],
  ['🙌', 'hore syukur praise'], ['🤞', 'semoga hope luck'], ['❤️', 'hati cinta heart love'],
  ['💙', 'hati biru heart blue'], ['💚', 'hati hijau heart green'], ['⭐', 'bintang star'],
  ['🌟', 'bintang istimewa star'], ['✨', 'kilau baru sparkles'], ['🔥', 'api hebat fire'],
  ['💯', 'seratus sempurna hundred'], ['✅', 'selesai sudah benar done check'], ['☑️', 'centang check'],
  ['❌', 'salah batal wrong cross'], ['❗', 'penting seru important'], ['❓', 'tanya question'],
  ['⚠️', 'peringatan hati-hati warning'], ['ℹ️', 'informasi info'], ['🚫', 'dilarang tidak forbidden'],
  ['⏳', 'tunggu menunggu wait'], ['⏰', 'jam waktu alarm clock'],
  ['📅', 'tanggal kalender calendar date'], ['🕘', 'jam pukul clock'],
  ['📍', 'lokasi tempat location place'], ['🏦', 'bank kantor bank'],
  ['🏢', 'kantor cabang outlet office branch'], ['🏠', 'rumah house home'], ['💰', 'uang dana money'],
  ['💵', 'uang tunai cash'], ['💳', 'kartu card'], ['🧾', 'struk bukti kuitansi receipt'],
  ['🪙', 'emas koin gold coin'], ['📈', 'naik grafik up chart'], ['📉', 'turun grafik down chart'],
  ['📊', 'laporan report chart'], ['📄', 'dokumen surat document'], ['📎', 'lampiran berkas attachment'],
  ['📷', 'foto kamera photo camera'], ['📝', 'catat tulis note write'],
  ['🔍', 'cari periksa search check'], ['🔒', 'aman kunci rahasia secure lock'],
  ['🔑', 'kunci sandi key password'], ['📞', 'telepon hubungi phone call'],
  ['📱', 'ponsel aplikasi mobile app'], ['💬', 'pesan obrolan chat message'],
  ['✉️', 'surel email surat mail'], ['🔔', 'pemberitahuan bell notice'], ['🎁', 'hadiah promo gift'],
  ['🎉', 'selamat rayakan congratulations'], ['🏆', 'juara menang trophy'],
  ['🛵', 'motor kendaraan motorcycle'], ['🚗', 'mobil kendaraan car'], ['🌙', 'malam ramadan night moon'],
  ['☀️', 'siang pagi sun day'], ['🌧️', 'hujan rain'], ['☕', 'kopi istirahat coffee'],
  ['🇮🇩', 'indonesia bendera flag'],
];

/** The emoji whose words begin with what was typed, in their order; all of them for nothing. */
export function findEmoji(words: string): string[] {
  const wanted = words.trim().toLowerCase();
  return emojis.filter(([, names]) => wanted === '' || names.split(' ').some((name) => name.startsWith(wanted)))
    .map(([sign]) => sign);
}
