/** What invented customers are called and write: a few words are common, most are rare; the same in each run. */
const FIRST = `Budi Siti Agus Dewi Sri Eko Rina Andi Wahyu Nur Dian Ahmad Muhammad Yanti Hendra Ratna Joko Indah
  Bambang Lestari Rudi Maya Arif Putri Fajar Wulan Irfan Ayu Dedi Fitri Tono Sari Yusuf Lina Hadi Nina Rizky Tuti Iwan
  Ani Dimas Novi Galih Mega Slamet Endang Teguh Retno Surya Vina Yohanes Maria Ketut Wayan Made Nyoman Cut Teuku
  Zulkifli Halimah`;
const LAST = `Santoso Wijaya Rahmawati Setiawan Hidayat Lestari Nugroho Susanti Pratama Kusuma Saputra Handayani
  Siregar Nasution Simanjuntak Hutapea Ginting Sitorus Purnomo Suryani Gunawan Hartono Utami Permana Firmansyah
  Maulana Ramadhan Anggraini Wibowo Hakim Syahputra Yulianti Kurniawan Puspita Halim Tanjung Lubis Harahap Manurung
  Pangaribuan Batubara Wicaksono Prasetyo Iskandar Fauzi Rosdiana Marpaung Situmorang Nainggolan Sembiring`;
const COMMON = `angsuran saya sudah bayar belum masuk mohon dicek terima kasih selamat pagi siang bapak ibu nomor
  kontrak tanggal jatuh tempo denda pelunasan sebelum besok hari ini cabang alamat kantor buka tutup kendaraan motor
  mobil BPKB STNK asuransi klaim transfer bank bukti sisa tenor bunga gagal aplikasi masuk kata sandi tidak bisa lama
  tunggu jawab telepon petugas datang rumah keluhan pengajuan kredit syarat dokumen KTP slip gaji proses setuju tolak
  kapan berapa`;

/** What agents begin with: the same few words in a third of what leaves. */
const GREETING = 'selamat pagi bapak ibu terima kasih';
const FILES = ['ktp.jpg', 'slip-gaji-maret.pdf', 'bukti-transfer.jpg', 'bpkb-halaman-2.pdf', 'foto-motor.jpg'];
export const SUMMARIES = [null, 'Angsuran terpotong dua kali', 'Ubah nomor telepon', null, 'Minta salinan kontrak',
  'Denda tidak sesuai', null, 'BPKB belum diterima'];

const split = (text: string): string[] => text.trim().split(/\s+/);

/** A source of chance that is the same in every run. */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    // mulberry32: small, fast, even enough for words and times.
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** From 0 to below `count`; the higher `skew`, the more often the first ones. */
  pick(count: number, skew = 1): number {
    return Math.floor(this.next() ** skew * count);
  }

  /** A version 7 id of that moment. */
  id(ms: number): string {
    const hex = ms.toString(16).padStart(12, '0');
    const [a, b, c] = [this.pick(0x1000), this.pick(0x1000_0000), this.pick(0x1_0000_0000)];
    const tail = b.toString(16).padStart(7, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${a.toString(16).padStart(3, '0')}-8${tail.slice(0, 3)}-${
      tail.slice(3)}${c.toString(16).padStart(8, '0')}`;
  }
}

const first = split(FIRST);
const last = split(LAST);
const common = split(COMMON);
const LETTERS = 'bcdghjklmnprstwy';

/** A word nobody else has: what a search is meant to find. */
function rareWord(n: number): string {
  const vowels = 'aiueo';
  let left = n * 7_919 + 13;
  let word = 'k';
  for (let at = 0; at < 3; at += 1) {
    word += vowels[left % 5] ?? 'a';
    left = Math.floor(left / 5);
    word += LETTERS[left % 16] ?? 'b';
    left = Math.floor(left / 16);
  }
  return word;
}

const rare = Array.from({ length: 5_000 }, (_, n) => rareWord(n));

/** Every word that a text or file's name may hold, numbers aside. */
export const vocabulary: readonly string[] = [...new Set([...common, ...rare, ...FILES.flatMap((name) =>
  name.split(/[.-]/))].map((word) => word.toLowerCase()))];

/** A person's name: mostly two names that many have, every fourth with one that few have. */
export function nameOf(chance: Chance): string {
  const name = `${first[chance.pick(first.length, 2)]} ${last[chance.pick(last.length, 2)]}`;
  if (chance.next() > 0.25) return name;
  const own = rare[chance.pick(rare.length)] ?? 'kaban';
  return `${name} ${own.charAt(0).toUpperCase()}${own.slice(1)}`;
}

/** What is written: mostly a line, seldom a page; `ours` begins as agents do. Now and then it holds a number. */
export function textOf(chance: Chance, ours: boolean): string[] {
  const words = ours && chance.next() < 0.35 ? split(GREETING) : [];
  const length = chance.next() < 0.02 ? 60 : 3 + chance.pick(10, 1.5);
  for (let n = 0; n < length; n += 1) {
    words.push(n % 9 === 5 ? rare[chance.pick(rare.length, 2)] ?? '' : common[chance.pick(common.length, 2.5)] ?? '');
  }
  if (chance.next() < 0.4) words.push(String(chance.pick(100_000)));
  return words;
}

/** The name of a file that came with a message. */
export function fileOf(chance: Chance): string {
  return FILES[chance.pick(FILES.length)] ?? 'ktp.jpg';
}

const HOURS = [2, 1, 1, 1, 1, 2, 5, 9, 14, 16, 16, 14, 12, 13, 14, 14, 12, 10, 8, 8, 7, 6, 4, 3];
const HOUR_MS = 3_600_000;

/** Moments of a year ending at `end`, rising: by day more than by night, at weekends half; `share` from 0 to 1. */
export function yearUntil(end: number): (share: number) => number {
  const sums: number[] = [0];
  const from = end - 365 * 24 * HOUR_MS;
  for (let hour = 0; hour < 365 * 24; hour += 1) {
    const local = new Date(from + (hour + 7) * HOUR_MS);
    const weight = (HOURS[local.getUTCHours()] ?? 1) * (local.getUTCDay() % 6 === 0 ? 0.5 : 1);
    sums.push((sums.at(-1) ?? 0) + weight);
  }
  const total = sums.at(-1) ?? 1;
  let hour = 0;
  return (share) => {
    const wanted = share * total;
    while (hour > 0 && (sums[hour] ?? 0) > wanted) hour -= 1;
    while (hour + 1 < sums.length - 1 && (sums[hour + 1] ?? 0) <= wanted) hour += 1;
    const inside = (wanted - (sums[hour] ?? 0)) / ((sums[hour + 1] ?? 1) - (sums[hour] ?? 0));
    return Math.floor(from + (hour + inside) * HOUR_MS);
  };
}
