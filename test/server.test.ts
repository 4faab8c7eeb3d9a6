import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drain, serve } from '../src/server.ts';
import { freePort } from './harness/free-port.ts';

describe('the server', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    const app = express();
    app.post('/', express.text(), (req, res) => void res.send(req.body));
    server = await serve(app, { host: '127.0.0.1', port });
  });
  afterAll(() => drain(server));

  it('has limits on slow clients, and keeps idle connections longer than a proxy does', () => {
    expect(server.headersTimeout).toBe(10_000);
    expect(server.requestTimeout).toBe(30_000);
    expect(server.keepAliveTimeout).toBeGreaterThan(60_000);
  });

  it.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow'],
    [
      'a body',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nslow',
    ],
  ])('cuts a connection that is slow with its %s', async (_what, bytes) => {
    // The limits themselves, shorter; that they are looked at in time is the server's own setting.
    server.headersTimeout = 100;
    server.requestTimeout = 200;
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    let answer = '';
    socket.on('data', (text) => {
      answer += text;
    });
    socket.write(bytes);
    await once(socket, 'close');
    expect(answer).toContain('408 Request Timeout');
  });
});
