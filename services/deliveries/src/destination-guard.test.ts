import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Problem } from '@maskwatch/platform/problem';
import { DestinationGuard } from './destination-guard.ts';

/** Spellings of addresses inside, each with what it is; none may be reached. */
const denied: readonly [string, string][] = [
  ['http://127.0.0.1/', 'loopback'],
  ['http://127.1/', 'short form'],
  ['http://0177.0.0.1/', 'octal part'],
  ['http://0x7f.0.0.1/', 'hexadecimal part'],
  ['http://0x7f.1/', 'short hexadecimal form'],
  ['http://0x7f000001/', 'hexadecimal number'],
  ['http://2130706433/', 'decimal number'],
  ['http://017700000001/', 'octal number'],
  ['http://127.0.0.1./', 'trailing dot'],
  ['http://127.0.0.01/', 'leading zero'],
  ['http://0/', 'this host, short'],
  ['http://0.0.0.0/', 'this host'],
  ['http://①②⑦.⓪.⓪.①/', 'circled digits'],
  ['http://127。0。0。1/', 'ideographic dots'],
  ['http://8.8.8.8@127.0.0.1/', 'address as user name'],
  ['http://127.0.0.1#@example.com/', 'fragment that looks like a host'],
  ['http://127.0.0.1:80\\@example.com/', 'backslash'],
  ['http://1.1.1.1 &@127.0.0.1/', 'space in the user name'],
  ['http:127.0.0.1/', 'no slashes'],
  ['http:///127.0.0.1/', 'three slashes'],
  ['http://127.0.0.1:0/', 'port 0'],
  ['http://127.0.0.1%00.example.com/', 'zero byte'],
  ['http://[127.0.0.1]/', 'IPv4 in brackets'],
  ['http://127.0.0.256/', 'part above 255'],
  ['http://[::1]/', 'IPv6 loopback'],
  ['http://[0:0:0:0:0:0:0:1]/', 'IPv6 loopback, long'],
  ['http://[::]/', 'IPv6 unspecified'],
  ['http://[::ffff:127.0.0.1]/', 'mapped'],
  ['http://[::ffff:7f00:1]/', 'mapped, hexadecimal'],
  ['http://[::127.0.0.1]/', 'IPv4-compatible'],
  ['http://[fe80::1%25lo]/', 'zone id'],
  ['http://[::ffff:0:127.0.0.1]/', 'translated'],
  ['http://[64:ff9b::7f00:1]/', 'NAT64 of loopback'],
  ['http://[64:ff9b::a9fe:a9fe]/', 'NAT64 of the metadata address'],
  ['http://[64:ff9b:1::a00:1]/', 'local NAT64'],
  ['http://[2002:7f00:1::]/', '6to4 of loopback'],
  ['http://[2002:a9fe:a9fe::1]/', '6to4 of the metadata address'],
  ['http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/', 'Teredo'],
  ['http://[fe80::1]/', 'link-local'],
  ['http://[febf::1]/', 'link-local, last'],
  ['http://[fec0::1]/', 'site-local'],
  ['http://[fc00::1]/', 'unique local'],
  ['http://[fd00:ec2::254]/', 'metadata over IPv6'],
  ['http://[ff02::1]/', 'multicast'],
  ['http://[2001:db8::1]/', 'documentation'],
  ['http://[3fff::1]/', 'documentation, new'],
  ['http://[100::1]/', 'discard'],
  ['http://[5f00::1]/', 'segment routing'],
  ['http://169.254.169.254/', 'metadata'],
  ['http://0xA9FEA9FE/', 'metadata, hexadecimal'],
  ['http://2852039166/', 'metadata, decimal'],
  ['http://169.254.170.2/', 'container credentials'],
  ['http://100.100.100.200/', 'metadata in shared space'],
  ['http://100.64.0.1/', 'shared address space'],
  ['http://10.0.0.1/', 'private 10/8'],
  ['http://172.31.255.255/', 'private 172.16/12'],
  ['http://192.168.0.1/', 'private 192.168/16'],
  ['http://192.0.0.192/', 'protocol assignments'],
  ['http://198.18.0.1/', 'benchmarking'],
  ['http://224.0.0.1/', 'IPv4 multicast'],
  ['http://240.0.0.1/', 'reserved'],
  ['http://255.255.255.255/', 'broadcast'],
  ['http://168.63.129.16/', 'host of a cloud'],
  ['http://localhost/', 'a name of loopback'],
  ['http://LOCALHOST./', 'that name in capitals with a dot'],
  ['http://metadata.google.internal/', 'a name of the metadata address'],
  ['gopher://127.0.0.1/', 'another scheme'],
  ['file:///etc/passwd', 'a file'],
  ['ftp://1.1.1.1/', 'ftp'],
  ['data:text/plain,x', 'data'],
  ['unix:/run/x.sock', 'a socket'],
  ['http://127.0.0.1:6379/', 'a database'],
  ['http://192.0.2.1/', 'documentation 192.0.2/24'],
  ['http://198.51.100.1/', 'documentation 198.51.100/24'],
  ['http://203.0.113.1/', 'documentation 203.0.113/24'],
  ['http://192.88.99.1/', '6to4 relay'],
  ['https://user:password@1.1.1.1/', 'credentials before a public address'],
  ['http://1.1.1.1:25/', "a mail server's port"],
  ['', 'nothing'],
];

const names: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'mixed.example': ['1.1.1.1', '10.0.0.1'],
  'mapped.example': ['::ffff:10.0.0.1'],
  'public.example': ['1.1.1.1', '2606:4700:4700::1111'],
  'empty.example': [],
};

const resolve = async (host: string) => {
  const found = names[host];
  if (found === undefined) throw new Error('getaddrinfo ENOTFOUND');
  return found;
};

function isProblem(code: RegExp, text = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof Problem, String(error));
    assert.match(error.code, code);
    assert.match(`${error.message} ${error.action}`, text);
    return true;
  };
}

describe('the destination guard', () => {
  const guard = new DestinationGuard([], resolve);

  for (const [address, what] of denied) {
    it(`refuses ${address} (${what})`, async () => {
      await assert.rejects(guard.check(address), isProblem(/^destination-(denied|invalid)$/));
    });
  }

  for (const address of [
    'https://1.1.1.1/',
    'https://[2606:4700:4700::1111]/',
    'http://00127.0.0.1/',
    'https://public.example/hook',
    'https://public.example:8443/hook',
    'http://public.example:8080/hook',
  ]) {
    it(`allows ${address}`, async () => {
      await guard.check(address);
    });
  }

  it('judges leading zeros as the octal number that is connected to', async () => {
    assert.deepEqual((await guard.check('http://00127.0.0.1/')).addresses, ['87.0.0.1']);
  });

  it('refuses a name when any of its addresses is inside', async () => {
    await assert.rejects(guard.check('https://mixed.example/'), isProblem(/denied/, /10\.0\.0\.1/));
    await assert.rejects(guard.check('https://mapped.example/'), isProblem(/denied/));
  });

  it('says when a name leads nowhere', async () => {
    await assert.rejects(
      guard.check('https://no.example/'),
      isProblem(/unresolved/, /no\.example/),
    );
    await assert.rejects(guard.check('https://empty.example/'), isProblem(/unresolved/));
  });

  it('asks anew each time, because a name may point elsewhere by then', async () => {
    const answers = [['1.1.1.1'], ['127.0.0.1']];
    const turning = new DestinationGuard([], async () => answers.shift() ?? []);

    assert.deepEqual((await turning.check('http://turn.example/')).addresses, ['1.1.1.1']);
    await assert.rejects(turning.check('http://turn.example/'), isProblem(/denied/));
  });

  it('asks once for attempts at the same time', async () => {
    let asked = 0;
    const counting = new DestinationGuard([], async () => {
      asked += 1;
      return ['1.1.1.1'];
    });

    await Promise.all([counting.check('http://a.example/1'), counting.check('http://a.example/2')]);

    assert.equal(asked, 1);
  });

  it('prints the line that would allow the address', async () => {
    const line = (network: string) => `endpoints.allow: ["${network}"]`;
    for (const [address, network] of [
      ['http://127.0.0.1:9000/', '127.0.0.1/32'],
      ['http://[::ffff:10.0.0.1]/', '10.0.0.1/32'],
      ['http://[fd00::5]/', 'fd00::5/128'],
      ['http://1.1.1.1:9000/', '1.1.1.1/32'],
    ] as const) {
      await assert.rejects(guard.check(address), (error: Problem) => {
        assert.ok(error.action?.endsWith(line(network)), error.action);
        return true;
      });
    }
  });

  it('reaches what the config allows, on any port, and only that', async () => {
    const open = new DestinationGuard(['127.0.0.1/32', '10.1.0.0/16', 'fd00::/8'], resolve);

    await open.check('http://127.0.0.1:3000/');
    await open.check('http://[::ffff:127.0.0.1]:3000/');
    await open.check('http://10.1.2.3/');
    await open.check('http://[fd12::1]:8123/');
    await assert.rejects(open.check('http://127.0.0.2/'), isProblem(/denied/));
    await assert.rejects(open.check('http://10.2.0.1/'), isProblem(/denied/));
    await assert.rejects(open.check('http://localhost/'), isProblem(/denied/, /::1/));
  });

  it('never tells the path or the query, where receivers put their keys', async () => {
    await assert.rejects(guard.check('http://10.0.0.1/canary?canary'), (error: Problem) => {
      assert.doesNotMatch(`${error.message} ${error.action}`, /canary/);
      return true;
    });
    await assert.rejects(guard.check('http://canary:canary@10.0.0.1/'), (error: Problem) => {
      assert.doesNotMatch(`${error.message} ${error.action}`, /canary/);
      return true;
    });
  });
});
