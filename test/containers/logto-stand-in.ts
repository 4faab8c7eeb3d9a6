import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { pipeline } from 'node:stream';
import { startHuggingFace } from '../../demo/hugging-face/index.ts';
import { startLogto } from '../../demo/logto/index.ts';
import { CLIENT } from '../harness/stand-ins.ts';

/** Logto's place in a container: both stand-ins at localhost, and at the container's own address. */
const { APP = '', LOGTO_PORT = '', HF_PORT = '' } = process.env;

const connector = { id: 'connector', secret: 'connector-secret' };
const huggingFace = await startHuggingFace({
  port: Number(HF_PORT),
  appName: 'Doorstep',
  clients: [
    {
      ...connector,
      redirectUris: [`http://localhost:${LOGTO_PORT}/callback/huggingface`],
    },
  ],
});
await startLogto({
  port: Number(LOGTO_PORT),
  appName: 'Doorstep',
  appUrl: APP,
  huggingFace: {
    url: huggingFace.url,
    clientId: connector.id,
    clientSecret: connector.secret,
  },
  client: {
    ...CLIENT,
    redirectUris: [`${APP}/callback`],
    postLogoutRedirectUris: [`${APP}/`],
    backchannelLogoutUri: `${APP}/backchannel-logout`,
    backchannelLogoutSessionRequired: true,
  },
});
for (const { address, internal, family } of Object.values(networkInterfaces())
  .flat()
  .filter((one) => one !== undefined)) {
  if (internal || family !== 'IPv4') continue;
  for (const port of [LOGTO_PORT, HF_PORT]) {
    createServer((near) => {
      const far = connect(Number(port), 'localhost');
      pipeline(near, far, near, () => {});
    }).listen(Number(port), address);
  }
}
process.stdout.write('ready\n');
