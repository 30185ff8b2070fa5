/** Masks: what of a person shows before anybody asked with a reason (RA09). */
import t from 'tap';
import { maskEmail, maskHandle, maskName, maskPhone } from '#domain/people/masks.ts';

t.test('RA09 phones show four digits and three', async (t) => {
  t.equal(maskPhone('+6281234567567'), '0812****567');
  t.equal(maskPhone('6281234567567'), '0812****567');
  t.equal(maskPhone('081234567567'), '0812****567');
  t.equal(maskPhone('+6591234567'), '+659****567');
  t.equal(maskPhone('110'), '****');
  t.equal(maskPhone(''), '****');
});

t.test('RA09 addresses show the ends of the name and the domain', async (t) => {
  t.equal(maskEmail('budisantoso@contoh.id'), 'b****o@contoh.id');
  t.equal(maskEmail('ab@contoh.id'), 'a****@contoh.id');
  t.equal(maskEmail('@contoh.id'), '****');
  t.equal(maskEmail('tanpa-alamat'), '****');
});

t.test('RA09 a handle is masked by its shape, on any channel', async (t) => {
  t.equal(maskHandle('+6281234567567'), '0812****567');
  t.equal(maskHandle('6281234567567@s.whatsapp.net'), '0812****567@s.whatsapp.net');
  t.equal(maskHandle('budisantoso@contoh.id'), 'b****o@contoh.id');
  t.equal(maskHandle('visitor-8c41f0'), 'vi****f0');
  t.equal(maskHandle('ab12'), '****');
});

t.test('RA09 a name in a waiting row is its initial, and nothing where there is none', async (t) => {
  t.equal(maskName('Budi Santoso'), 'B.');
  t.equal(maskName('  siti'), 'S.');
  t.equal(maskName(''), null);
  t.equal(maskName(null), null);
});
