/** RS10: a link a customer wrote is asked for once, never inside our own house, and never for more than it may cost. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { limits } from '#domain/limits.ts';
import { createLinkPreviews, firstAddress, readPage } from '#gateway/link-previews.ts';
import { fetchPage } from '#gateway/page-fetch.ts';
import { isPublicAddress } from '#gateway/public-address.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork, type Teardown } from '#test/support/harness.ts';

t.setTimeout(60_000);

interface Site { port: number; hits: string[] }

async function site(t: Teardown, host: string, answer: RequestListener): Promise<Site> {
  const hits: string[] = [];
  const server = createServer((request, response) => { hits.push(request.url ?? ''); answer(request, response); });
  await new Promise<void>((resolve) => { server.listen(0, host, resolve); });
  t.teardown(() => { server.closeAllConnections(); server.close(); });
  return { port: (server.address() as AddressInfo).port, hits };
}

/** 127.0.0.1 stands for the internet, every other address for our own network. */
const outside = { permit: (address: string) => address === '127.0.0.1', ports: () => true };
const page: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end('<title>Promo &amp; kabar</title><meta property="og:description" content="Dua baris\nteks">');
};

t.test('RS10 no inner, reserved, tunnelled or disguised address is public', async (t) => {
  const closed = ['127.0.0.1', '127.9.9.9', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0', '100.64.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.7', '203.0.113.7', '224.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:a00:1', '::10.0.0.1', '64:ff9b::a00:1', '100::1', '2001::1', '2001:db8::1',
    '2002:7f00:1::', '3fff::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '',
    'localhost', '1.2.3', '08.8.8.8'];
  for (const address of closed) t.notOk(isPublicAddress(address), address);
  for (const address of ['8.8.8.8', '172.32.0.1', '202.3.208.11', '2606:4700::1111']) t.ok(isPublicAddress(address));
});

t.test('RS10 addresses in any notation, other schemes, ports and names that lead inside are refused', async (t) => {
  const inner = await site(t, '127.0.0.1', page);
  const port = inner.port;
  const refused: [string, string][] = [
    [`http://127.0.0.1/`, 'ADDRESS_NOT_PUBLIC'], ['http://2130706433/', 'ADDRESS_NOT_PUBLIC'],
    ['http://0x7f000001/', 'ADDRESS_NOT_PUBLIC'], ['http://0177.0.0.1/', 'ADDRESS_NOT_PUBLIC'],
    ['http://127.1/', 'ADDRESS_NOT_PUBLIC'], ['http://[::1]/', 'ADDRESS_NOT_PUBLIC'],
    ['http://[::ffff:127.0.0.1]/', 'ADDRESS_NOT_PUBLIC'], ['http://169.254.169.254/latest/', 'ADDRESS_NOT_PUBLIC'],
    ['http://localhost/', 'ADDRESS_NOT_PUBLIC'], ['http://１２７.0.0.1/', 'ADDRESS_NOT_PUBLIC'],
    [`http://contoh.id:${port}/`, 'ADDRESS_PORT'], ['http://contoh.id:6379/', 'ADDRESS_PORT'],
    ['file:///etc/passwd', 'ADDRESS_NOT_HTTP'], ['gopher://contoh.id/', 'ADDRESS_NOT_HTTP'],
    ['javascript:alert(1)', 'ADDRESS_NOT_HTTP'], ['http://a:b@contoh.id/', 'ADDRESS_WITH_CREDENTIALS']];
  for (const [address, code] of refused) await t.rejects(fetchPage(address), { code }, address);
  await t.rejects(fetchPage('http://contoh.id/', { resolve: async () => ['8.8.8.8', '10.0.0.1'] }),
    { code: 'ADDRESS_NOT_PUBLIC' }, 'one inner address among the public ones');
  t.same(inner.hits, []);
});

t.test('RS10 a redirect or a changed name leads nowhere inside; what was judged is what is called', async (t) => {
  const inner = await site(t, '127.0.0.2', page);
  const outer = await site(t, '127.0.0.1', (request, response) => {
    if (request.url === '/lagi') return page(request, response);
    const to = request.url === '/dalam' ? `http://127.0.0.2:${inner.port}/` : request.url === '/file'
      ? 'file:///etc/passwd' : request.url === '/terus' ? '/terus' : '/lagi';
    response.writeHead(302, { location: to }).end();
    return undefined;
  });
  const at = (path: string): string => `http://127.0.0.1:${outer.port}${path}`;
  t.match(await fetchPage(at('/sekali'), outside), { html: /Promo/ }, 'a redirect outside is followed');
  await t.rejects(fetchPage(at('/dalam'), outside), { code: 'ADDRESS_NOT_PUBLIC' });
  await t.rejects(fetchPage(at('/file'), outside), { code: 'ADDRESS_NOT_HTTP' });
  await t.rejects(fetchPage(at('/terus'), outside), { code: 'TOO_MANY_REDIRECTS' });
  let asked = 0;
  const resolve = async () => { asked += 1; return [asked === 1 ? '127.0.0.1' : '127.0.0.2']; };
  const rebinding = { ...outside, resolve };
  t.match(await fetchPage(`http://ganti.contoh.id:${outer.port}/lagi`, rebinding), { html: /Promo/ });
  t.equal(asked, 1, 'the name is asked once, and the answer pinned');
  t.same(inner.hits, [], 'nothing inside was ever called');
});

t.test('RS10 what is too large, too slow or no page costs little', async (t) => {
  const outer = await site(t, '127.0.0.1', (request, response) => {
    if (request.url === '/diam') return;
    if (request.url === '/pdf') { response.setHeader('content-type', 'application/pdf'); response.end('%PDF'); return; }
    response.setHeader('content-type', 'text/html');
    response.write('<title>Besar</title>');
    const chunk = Buffer.alloc(65_536, 32);
    const more = (): void => { while (!response.destroyed && response.write(chunk)); };
    response.on('drain', more);
    more();
  });
  const at = (path: string): string => `http://127.0.0.1:${outer.port}${path}`;
  const large = await fetchPage(at('/besar'), outside);
  t.ok(large.html.length <= limits.linkPreviewBytes);
  await t.rejects(fetchPage(at('/pdf'), outside), { code: 'NOT_A_PAGE' });
  await t.rejects(fetchPage(at('/diam'), outside), { code: 'TIMEOUT' });
});

t.test('a page is asked for once, whoever looks at it; a failure is remembered for a while', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const outer = await site(t, '127.0.0.1', (request, response) => {
    if (request.url === '/hilang') response.writeHead(404).end();
    else page(request, response);
  });
  const previews = createLinkPreviews(work, outside);
  const address = `http://127.0.0.1:${outer.port}/promo?rahasia=1`;
  const all = await Promise.all(Array.from({ length: 5 }, () => previews.preview(world.organisationId, address)));
  t.same(all[0], { title: 'Promo & kabar', description: 'Dua baris teks', siteName: '127.0.0.1' });
  t.equal(await createLinkPreviews(work, outside).preview(world.organisationId, address).then((one) => one?.title),
    'Promo & kabar', 'another node takes it from the table');
  t.same(outer.hits, ['/promo?rahasia=1']);
  const gone = `http://127.0.0.1:${outer.port}/hilang`;
  t.equal(await previews.preview(world.organisationId, gone), null);
  t.equal(await previews.preview(world.organisationId, gone), null);
  t.equal(outer.hits.filter((one) => one === '/hilang').length, 1);
  const rows = await work.db.dynamic('select row_to_json(p)::text as row from link_previews p');
  t.notOk(JSON.stringify(rows).includes('rahasia'), 'the address itself is not kept');
});

t.test('the first address of a text, and what a head says, come out as plain words', async (t) => {
  t.equal(firstAddress('Lihat (https://contoh.id/a?b=1). Lalu http://lain.id'), 'https://contoh.id/a?b=1');
  t.equal(firstAddress(`http://a.co/${'.'.repeat(500)}b!?`), `http://a.co/${'.'.repeat(500)}b`);
  t.equal(firstAddress('lihat http://..., lalu'), undefined);
  t.equal(firstAddress('tidak ada javascript:alert(1) di sini'), undefined);
  t.equal(firstAddress(`https://contoh.id/${'a'.repeat(limits.linkChars)}`), undefined);
  t.same(readPage('<title>\u202eA<b>\n x</title><script>document.title="y"</script>', 'contoh.id'),
    { title: 'A<b> x', description: null, siteName: 'contoh.id' });
  t.equal(readPage('<p>tanpa judul', 'contoh.id'), null);
  t.equal(readPage(`<title>${'x'.repeat(9_000)}`, 'contoh.id')?.title.length, 140);
});
