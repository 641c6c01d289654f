import { publicAddress } from '../fakes/internet.ts';

/** Webhook URLs of an attacker that aims at internal services; none may lead to a connection. */

/** Addresses that a webhook must never reach, in the spelling of a URL's host. */
export const forbiddenHosts = `
  127.0.0.1 127.0.0.2 127.255.255.255 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255
  192.168.0.1 192.168.255.255 169.254.0.1 169.254.169.254 100.64.0.1 100.100.100.200 100.127.255.255
  192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
  192.31.196.1 192.52.193.1 192.175.48.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
  [::] [::1] [::2] [::7f00:1] [::ffff:7f00:1] [::ffff:a00:1] [::ffff:808:808] [::ffff:0:7f00:1]
  [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b::808:808] [64:ff9b:1::a00:1] [100::1] [100:0:0:1::1]
  [2001::1] [2001:0:7f00:1::] [2001:2::1] [2001:3::1] [2001:4:112::1] [2001:10::1] [2001:20::1] [2001:30::1]
  [2001:1ff::1] [2001:db8::1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2002:808:808::1] [2620:4f:8000::1]
  [3fff::1] [5f00::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fe80::1] [febf::1] [fec0::1] [ff02::1] [ff0e::1]
  [4000::1] [8000::1] [e000::1] [400::1]
`
  .trim()
  .split(/\s+/);

/** Other spellings of loopback and its like, and URLs that two readers may read differently. */
const oddUrls = [
  'https://0x7f.0.0.1/',
  'https://0x7f000001/',
  'https://0X7F.1/',
  'https://0177.0.0.1/',
  'https://00000177.00.00.01/',
  'https://2130706433/',
  'https://017700000001/',
  'https://127.1/',
  'https://127.0.1/',
  'https://127.0.0.1./',
  'https://0/',
  'https://1/',
  'https://0x8.8.8.8/',
  'https://１２７.０.０.１/',
  'https://①②⑦.⓪.⓪.①/',
  'https://127。0。0。1/',
  'https://127．0．0．1/',
  'https://%31%32%37.0.0.1/',
  'https://127%2e0%2e0%2e1/',
  'https://l\u00adocalhost/',
  'https://ｌｏｃａｌｈｏｓｔ/',
  'https://loc\u200balhost/',
  'https://bücher.example/',
  'https://localhost./',
  'https://hooks.example.com./',
  'https://hooks..example.com/',
  'https://-hooks.example.com/',
  'https://hooks.example.123/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::0001]/',
  'https://[::127.0.0.1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::FFFF:7F00:1]/',
  'https://[64:ff9b::127.0.0.1]/',
  'https://[fe80::1%25eth0]/',
  'https://[fe80::1%eth0]/',
  'https://[::1',
  'https://::1/',
  'https://user@127.0.0.1/',
  'https://user:secret@hooks.example.com/',
  'https://@hooks.example.com/',
  'https://:@hooks.example.com/',
  'https://hooks.example.com@127.0.0.1/',
  'https://hooks.example.com:443@127.0.0.1/',
  'https://127.0.0.1\\@hooks.example.com/',
  'https://hooks.example.com\\.127.0.0.1/',
  'https:\\\\127.0.0.1/',
  'https:/127.0.0.1/',
  'https:127.0.0.1/',
  'https:///127.0.0.1/',
  '//127.0.0.1/',
  '/relative',
  'hooks.example.com/path',
  'https://',
  'https://?x',
  'https://:443/',
  'https://hooks.example.com:/',
  'https://hooks.example.com:0/',
  'https://hooks.example.com:0443/',
  'https://hooks.example.com:65536/',
  'https://hooks.example.com:4 43/',
  'https://hooks.example.com:22/',
  'https://hooks.example.com:25/',
  'https://hooks.example.com:80/',
  ' https://127.0.0.1/',
  'https://127.0.0.1/ ',
  'https://127.0.0.1\t/',
  'ht\ntps://127.0.0.1/',
  'https://127.0.0\r\n.1/',
  'https://hooks.example.com/\r\nHost: 127.0.0.1',
  'https://hooks.example.com/\u0000',
  'http://hooks.example.com/',
  'http://127.0.0.1/',
  'ftp://hooks.example.com/',
  'file:///etc/passwd',
  'unix:/var/run/docker.sock',
  'javascript:fetch(1)',
  'data:text/plain,x',
  'gopher://127.0.0.1:25/x',
  'blob:https://hooks.example.com/1',
  'wss://hooks.example.com/',
  `https://hooks.example.com/${'a'.repeat(2_048)}`,
  `https://${'a'.repeat(64)}.example.com/`,
  '',
];

/** The same, as DNS answers them. */
export const forbiddenAddresses: readonly string[] = forbiddenHosts.map((host) => host.replace(/[[\]]/g, ''));

/** Names that lead where they should not: the address check has to see that, the name says nothing. */
export const hostileNames: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...forbiddenAddresses.map((address, index) => [`trap-${index}.example.net`, [address]] as const),
  ['both.example.net', [publicAddress, '10.0.0.1']],
  ['mixed.example.net', [publicAddress, '2606:2800:220:1::1', '::1']],
  ['lenient.example.net', ['127.1']],
]);

export const hostileUrls: readonly string[] = [
  ...forbiddenHosts.flatMap((host) => [`https://${host}/`, `https://${host}:8443/hook?x=1`]),
  ...oddUrls,
  ...[...hostileNames.keys()].map((name) => `https://${name}/hook`),
];
