import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import ejs from 'ejs';
import { Redis } from 'ioredis';
import { type Person, signedInPage, signedOutPage, TEMPLATES } from './page.ts';
import { PORT, REDIS_URL, VIEWS } from './settings.ts';

/** The least that such a page can cost: node:http, one GET, JSON.parse, the template as a function. */
const redis = new Redis(REDIS_URL, { enableAutoPipelining: true });
const home = compile('home-signed-in');
const visitorsHome = compile('home');
const TYPE = 'text/html; charset=utf-8';

const server = createServer(async (req, res) => {
  const id = /(?:^|; )floor=([^;]*)/.exec(req.headers.cookie ?? '')?.[1];
  if (req.url === '/account' && !id) {
    return res.writeHead(303, { Location: '/sign-in', 'Content-Length': 0 }).end();
  }
  if (!id) return send(visitorsHome(signedOutPage));
  const record = await redis.get(`floor:${id}`);
  if (!record) return res.writeHead(401, { 'Content-Length': 0 }).end();
  const { user }: { user: Person } = JSON.parse(record);
  send(home(signedInPage(user)));

  function send(html: string) {
    // A Buffer is cheaper than the string: headers and page go out in one writev.
    const body = Buffer.from(html);
    res.writeHead(200, { 'Content-Type': TYPE, 'Content-Length': body.length }).end(body);
  }
});
server.listen(PORT, 'localhost');

/** All partials are put in their places first, so that no include is left at run time. */
function compile(name: string): ejs.TemplateFunction {
  return ejs.compile(inlined(name), { ...TEMPLATES, compileDebug: false });
}

function inlined(name: string): string {
  const include = /<%- include\('([^']+)'(?:, ([^%]+?))?\) (-?)%>(\n?)/g;
  const source = readFileSync(`${VIEWS}/${name}.ejs`, 'utf8');
  return source.replace(include, (_all, partial, model = 'undefined', slurp, newline) => {
    const body = inlined(partial) + (slurp ? '' : newline);
    if (model === 'page' || model === 'undefined') return body;
    const inner = model.replaceAll('page', 'outer');
    return `<% { const outer = page; { const page = ${inner}; %>${body}<% } } %>`;
  });
}
