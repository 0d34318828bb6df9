import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { FakeClock, systemClock } from '@maskwatch/platform/clock';
import { until } from '@maskwatch/platform/testing/until';
import { DestinationGuard } from './destination-guard.ts';
import { sendAttempt } from './send-attempt.ts';
import { answer, type Behaviour, Receiver } from './testing/receiver.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const guard = new DestinationGuard(['127.0.0.1/32']);
const never = new AbortController().signal;
const sending = { clock: systemClock, guard, signal: never };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function receiver(behaviour?: Behaviour): Promise<Receiver> {
  const started = await new Receiver(behaviour).listen();
  closing.push(() => started.close());
  return started;
}

const messageTo = (url: string) => ({ id: 'd-1', body: '{"a":1}', url, secret });

describe('one attempt', () => {
  it('posts the exact bytes with the headers of Standard Webhooks', async () => {
    const server = await receiver();

    assert.deepEqual(await sendAttempt(messageTo(server.url), sending), { status: 204 });

    const [got] = server.received;
    assert.equal(got?.body, '{"a":1}');
    assert.equal(got?.headers['content-type'], 'application/json');
    assert.equal(got?.headers['content-length'], '7');
    assert.equal(got?.headers['webhook-id'], 'd-1');
    assert.match(got?.headers['webhook-signature'] ?? '', /^v1,/);
  });

  for (const status of [400, 404, 410, 500, 503]) {
    it(`reports ${status} as a failure`, async () => {
      const server = await receiver(answer(status));
      assert.deepEqual(await sendAttempt(messageTo(server.url), sending), {
        status,
        error: `The receiver answered ${status}.`,
      });
    });
  }

  it('follows no redirect', async () => {
    const target = await receiver();
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await receiver(answer(status, { location: target.url }));
      const result = await sendAttempt(messageTo(server.url), sending);
      assert.equal(result.status, status);
      assert.match(result.error ?? '', /redirects are not followed/);
    }
    assert.equal(target.connections, 0);
  });

  it('hears how long the receiver wants to be left alone', async () => {
    const server = await receiver(answer(429, { 'retry-after': '17' }));
    assert.equal((await sendAttempt(messageTo(server.url), sending)).retryAfterMs, 17_000);
  });

  it('breaks off an answer without end, and believes its status', async () => {
    let written = 0;
    const server = await receiver((response) => {
      response.writeHead(200);
      const flood = () => {
        while (!response.destroyed && written < 1e9) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return;
        }
      };
      response.on('drain', flood);
      flood();
    });

    assert.deepEqual(await sendAttempt(messageTo(server.url), sending), { status: 200 });

    assert.ok(written < 50e6, `${written} bytes were taken`);
  });

  it('gives up on a receiver that takes the request and says nothing', async () => {
    const clock = new FakeClock();
    const server = await receiver(() => {});
    const attempt = sendAttempt(messageTo(server.url), { ...sending, clock });
    await until('the request arrived', () => server.received.length === 1);

    await clock.advance(14_999);
    assert.equal(await Promise.race([attempt, 'still trying']), 'still trying');
    await clock.advance(1);

    assert.deepEqual(await attempt, { error: 'No answer within 15 s.' });
  });

  it('believes the status of an answer whose body hangs', async () => {
    const server = await receiver((response) => response.writeHead(200).write('x'));
    assert.deepEqual(await sendAttempt(messageTo(server.url), { ...sending, totalMs: 1500 }), {
      status: 200,
    });
  });

  it('counts the look-up of the name into its time', async () => {
    const hanging = new DestinationGuard([], () => new Promise(() => {}));
    const result = await sendAttempt(messageTo('https://slow.example/'), {
      ...sending,
      guard: hanging,
      totalMs: 50,
    });
    assert.deepEqual(result, { error: 'No answer within 0.05 s.' });
  });

  it('gives a connection 5 s, or what it is told', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
    const { port } = mute.address() as { port: number };

    // The server takes the connection and never speaks TLS.
    const result = await sendAttempt(messageTo(`https://127.0.0.1:${port}/`), {
      ...sending,
      connectMs: 200,
    });

    assert.deepEqual(result, { error: 'The receiver did not take the connection in time.' });
  });

  it('says when nobody listens and when the connection breaks', async () => {
    const gone = await new Receiver().listen();
    const { url } = gone;
    await gone.close();
    const breaking = await receiver((response) => response.destroy());

    assert.equal(
      (await sendAttempt(messageTo(url), sending)).error,
      'The receiver refused the connection.',
    );
    assert.match(
      (await sendAttempt(messageTo(breaking.url), sending)).error ?? '',
      /closed the connection|broke the connection off/,
    );
  });

  it('ends when the service stops', async () => {
    const server = await receiver(() => {});
    const stop = new AbortController();
    const attempt = sendAttempt(messageTo(server.url), { ...sending, signal: stop.signal });
    await until('the request arrived', () => server.received.length === 1);

    stop.abort(new Error('The service stopped.'));

    assert.deepEqual(await attempt, { error: 'The service stopped.' });
  });

  it('connects to nothing inside unless it is allowed', async () => {
    const server = await receiver();
    const closed = new DestinationGuard([]);
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433']) {
      const url = `http://${host}:${server.port}/`;
      const result = await sendAttempt(messageTo(url), { ...sending, guard: closed });
      assert.match(result.error ?? '', /Add to the config: endpoints\.allow: \["(127|::1)/);
    }
    assert.equal(server.connections, 0);
  });

  it('connects to the address that was checked, not to what the name says a moment later', async () => {
    const server = await receiver();
    // The name is known to this guard only: a second look-up on the way would fail.
    const own = new DestinationGuard(['127.0.0.1/32'], async () => ['127.0.0.1']);
    const url = `http://rebinding.example:${server.port}/`;

    assert.deepEqual(await sendAttempt(messageTo(url), { ...sending, guard: own }), {
      status: 204,
    });
    assert.equal(server.received[0]?.headers.host, `rebinding.example:${server.port}`);
  });

  it('uses no proxy, whatever the environment says', async () => {
    const proxy = await receiver();
    const server = await receiver();
    process.env.HTTP_PROXY = proxy.url;
    process.env.http_proxy = proxy.url;
    try {
      assert.deepEqual(await sendAttempt(messageTo(server.url), sending), { status: 204 });
    } finally {
      delete process.env.HTTP_PROXY;
      delete process.env.http_proxy;
    }
    assert.equal(proxy.connections, 0);
  });

  it('never tells the key in an address', async () => {
    const gone = await new Receiver().listen();
    const { url } = gone;
    await gone.close();
    for (const target of [url, (await receiver(answer(500))).url, 'http://10.0.0.1/?canary']) {
      const result = await sendAttempt(messageTo(target), sending);
      assert.doesNotMatch(JSON.stringify(result), /canary/);
    }
  });
});
