import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a Space is on the real network; in Chromium, by {@link SpacePlatform.hostRules}. */
export const SPACE_HOST = 'owner-demo.hf.space';
export const SPACE = `https://${SPACE_HOST}`;

/** Hugging Face's part: its page with the frame, and the proxy in front of the Space. */
export interface SpacePlatform {
  /** For Chromium: every https address leads here, whatever its certificate. */
  args: string[];
  close(): Promise<void>;
}

/** As huggingface.co has it around a Space. */
const SANDBOX =
  'allow-downloads allow-forms allow-modals allow-pointer-lock allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts allow-storage-access-by-user-activation';

/** Any other site than the Space's, with the Space in a frame. */
const FRAME_PAGE = `<!doctype html><html lang="en"><title>Space</title><h1>A page around a Space</h1>
<iframe title="Space" width="900" height="480" sandbox="${SANDBOX}" src="${SPACE}/?__theme=light"></iframe></html>`;

/** @param target where the Space's container listens, http. */
export async function startSpacePlatform(target: string): Promise<SpacePlatform> {
  const server = createServer(selfSigned(), (req, res) => {
    if (req.headers.host === SPACE_HOST) handOn(target, req, res);
    else res.setHeader('content-type', 'text/html').end(FRAME_PAGE);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    args: [`--host-resolver-rules=MAP *:443 127.0.0.1:${port}`, '--ignore-certificate-errors'],
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function handOn(target: string, req: IncomingMessage, res: ServerResponse): void {
  const headers = {
    ...req.headers,
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': SPACE_HOST,
  };
  const onward = request(target + req.url, { method: req.method ?? 'GET', headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  onward.on('error', () => res.writeHead(502).end());
  req.pipe(onward);
}

function selfSigned() {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-space-'));
  const [keyFile, certFile] = [join(folder, 'key'), join(folder, 'cert')];
  const words = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=space';
  execFileSync(
    'openssl',
    ['req', '-x509', ...words.split(' '), '-keyout', keyFile, '-out', certFile],
    { stdio: 'ignore' },
  );
  const pair = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
  rmSync(folder, { recursive: true });
  return pair;
}
