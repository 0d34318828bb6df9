import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '@maskwatch/platform/problem';
import { Access, sessionCookie } from './access.ts';

const token = 'a-token-of-twenty-ch';
const open = new Access({ host: '127.0.0.1', token: undefined });
const closed = new Access({ host: '0.0.0.0', token });

function refusal(access: Access, headers: Record<string, string>): string | undefined {
  return access.refuse({ method: 'GET', headers })?.code;
}

test('without a token it is served on loopback only', () => {
  for (const host of ['127.0.0.1', 'localhost', '::1']) {
    assert.equal(new Access({ host, token: undefined }).open, true);
  }
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'door.example']) {
    assert.throws(
      () => new Access({ host, token: undefined }),
      (fault) => fault instanceof Problem && fault.code === 'access-open',
    );
    assert.equal(new Access({ host, token }).open, false);
  }
});

test('without a token this machine is asked for by its own names, at any port', () => {
  for (const host of ['localhost', 'localhost:8787', '127.0.0.1:1', '[::1]:8787', 'LocalHost:80']) {
    assert.equal(refusal(open, { host }), undefined, host);
  }
  const strange = [
    'door.example',
    'localhost.door.example',
    '127.0.0.1.door.example',
    '192.168.1.2',
  ];
  for (const host of [...strange, '[::2]', '127.0.0.2', '', 'localhost:8787:1']) {
    assert.equal(refusal(open, { host }), 'access-stranger', host);
  }
  assert.equal(refusal(open, {}), 'access-stranger');
});

test('without a token no page of another origin may ask', () => {
  const host = 'localhost:8787';
  assert.equal(refusal(open, { host, origin: 'http://localhost:8787' }), undefined);
  const others = ['http://localhost:3000', 'http://127.0.0.1:8787', 'https://door.example', 'null'];
  for (const origin of others) {
    assert.equal(refusal(open, { host, origin }), 'access-stranger', origin);
  }
});

test('without a token no proxy may ask for somebody else', () => {
  const names = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
  for (const name of names) {
    const refused = open.refuse({ method: 'GET', headers: { host: 'localhost', [name]: '' } });
    assert.equal(refused?.code, 'access-stranger', name);
    assert.equal(refused?.status, 403);
  }
});

test('with a token whoever shows it may ask, from anywhere and through any proxy', () => {
  const headers = { host: 'door.example', via: '1.1 proxy', origin: 'https://other.example' };
  const shown = { ...headers, authorization: `Bearer ${token}` };

  assert.equal(refusal(closed, shown), undefined);
  assert.equal(refusal(closed, { ...shown, authorization: `bearer ${token}` }), undefined);
  for (const authorization of [`Bearer ${token}x`, 'Bearer ', 'Bearer', token, `Basic ${token}`]) {
    const refused = closed.refuse({ method: 'GET', headers: { ...headers, authorization } });
    assert.deepEqual([refused?.code, refused?.status], ['access-token', 401], authorization);
  }
  assert.equal(refusal(closed, { host: 'localhost' }), 'access-token');
});

test('a session is the token of a browser, and no other site may use it', () => {
  const value = closed.session(token)!;
  const cookie = `theme=dark; ${sessionCookie}=${value}`;
  const host = 'door.example';

  assert.equal(closed.session(`${token}x`), undefined);
  assert.equal(open.session(''), undefined);
  assert.ok(!value.includes(token));
  assert.equal(refusal(closed, { host, cookie }), undefined);
  assert.equal(refusal(closed, { host, cookie, origin: 'https://door.example' }), undefined);
  const origin = 'https://evil.example';
  assert.equal(refusal(closed, { host, cookie, origin }), 'access-stranger');
  assert.equal(refusal(closed, { host, cookie: `${sessionCookie}=${value}x` }), 'access-token');
  assert.equal(refusal(closed, { host, cookie: `other=${value}` }), 'access-token');
});

test('a session outlives a restart, and ends with its token', () => {
  const headers = { host: 'door.example', cookie: `${sessionCookie}=${closed.session(token)}` };

  assert.equal(refusal(new Access({ host: '0.0.0.0', token }), headers), undefined);
  const changed = new Access({ host: '0.0.0.0', token: 'another-token-of-it' });
  assert.equal(refusal(changed, headers), 'access-token');
});
