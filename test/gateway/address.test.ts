/** Whom limits count: one line of IPv6 is one, however many addresses it makes up. */
import t from 'tap';
import { addressKey } from '#gateway/security/address.ts';

t.test('RA04 an address counts as far as it says who somebody is', async (t) => {
  const cases: [string, string][] = [['203.0.113.9', '203.0.113.9'], ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:0:0:0:9', '2001:db8:1:2::/64'], ['2001:db8::9', '2001:db8:0:0::/64'], ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'], ['', ''], ['tidak tahu', 'tidak tahu']];
  for (const [address, key] of cases) t.equal(addressKey(address), key, address);
});
