import { once } from 'node:events';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, startServing } from './harness/serving.ts';

describe('the server', () => {
  let serving: Serving;
  beforeAll(async () => {
    const app = express();
    app.post('/', express.text(), (req, res) => void res.send(req.body));
    serving = await startServing(app);
  });
  afterAll(() => serving.drain());

  it('has limits on slow clients, and keeps idle connections longer than a proxy does', () => {
    expect(serving.server.headersTimeout).toBe(10_000);
    expect(serving.server.requestTimeout).toBe(30_000);
    expect(serving.server.keepAliveTimeout).toBeGreaterThan(60_000);
  });

  it.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow'],
    [
      'a body',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nslow',
    ],
  ])('cuts a connection that is slow with its %s', async (_what, bytes) => {
    // The limits themselves, shorter; that they are looked at in time is the server's own setting.
    serving.server.headersTimeout = 100;
    serving.server.requestTimeout = 200;
    const socket = serving.dial().setEncoding('utf8');
    let answer = '';
    socket.on('data', (text) => {
      answer += text;
    });
    socket.write(bytes);
    await once(socket, 'close');
    expect(answer).toContain('408 Request Timeout');
  });
});
