// For docker-compose.yml: each container has a network of its own, but "localhost" has to mean the
// same in all of them, and in the browser. FORWARD="3001=logto:3001 …" listens on the container's own
// loopback and passes everything on. Loaded with node --import, beside the program itself.
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';

for (const rule of (process.env.FORWARD ?? '').split(' ').filter(Boolean)) {
  const [port, host, hostPort] = rule.split(/[=:]/);
  for (const address of ['127.0.0.1', '::1']) {
    const server = createServer((near) => {
      // The name is looked up each time: a container that was made anew has another address.
      const far = connect({ host, port: Number(hostPort) });
      // Either side may end first, or be lost: then the other one ends too.
      pipeline(near, far, near, () => {});
      near.unref();
      far.unref();
    });
    // Not every container has IPv6, and a child process finds the port taken by its parent.
    server.on('error', () => {});
    server.listen(Number(port), address);
    server.unref();
  }
}
