import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { pipeline } from 'node:stream';
import { startHuggingFace } from '../../demo/hugging-face/index.ts';

/** The stand-in for Hugging Face in a container: at localhost, and at the container's own address. */
const { PORT = '', CLIENT_ID = '', CLIENT_SECRET = '', REDIRECT_URI = '' } = process.env;

await startHuggingFace({
  port: Number(PORT),
  appName: 'Doorstep',
  clients: [{ id: CLIENT_ID, secret: CLIENT_SECRET, redirectUris: [REDIRECT_URI] }],
});
for (const { address, internal, family } of Object.values(networkInterfaces())
  .flat()
  .filter((one) => one !== undefined)) {
  if (internal || family !== 'IPv4') continue;
  createServer((near) => {
    const far = connect(Number(PORT), 'localhost');
    pipeline(near, far, near, () => {});
  }).listen(Number(PORT), address);
}
process.stdout.write('ready\n');
