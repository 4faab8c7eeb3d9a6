import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../src/site/config.ts';
import { readSettings } from '../../tools/setup/settings.ts';
import { isInstalled } from '../harness/redis-server.ts';
import { read } from './files.ts';

const SECRETS = {
  LOGTO_APP_ID: 'id',
  LOGTO_APP_SECRET: 'of-the-application',
  SESSION_SECRET: 'kE9xQz7wLmVbT3f0rA5uJdS8nHcG2yPi1oXe6KWq',
  REDIS_URL: 'rediss://:its-password@redis:6379',
};

const Kind = z.looseObject({ kind: z.string(), apiVersion: z.string() });
const Pod = z.looseObject({
  enableServiceLinks: z.boolean().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  securityContext: z.looseObject({ runAsNonRoot: z.boolean(), runAsUser: z.number() }),
  containers: z.array(
    z.looseObject({
      lifecycle: z.unknown().optional(),
      securityContext: z.looseObject({
        allowPrivilegeEscalation: z.boolean(),
        readOnlyRootFilesystem: z.boolean(),
        capabilities: z.object({ drop: z.array(z.string()) }),
      }),
      livenessProbe: z.looseObject({ httpGet: z.looseObject({ path: z.string() }) }).optional(),
      readinessProbe: z.looseObject({}).optional(),
    }),
  ),
});
const Workload = z.looseObject({ spec: z.looseObject({ template: z.looseObject({ spec: Pod }) }) });
const Settings = z.looseObject({ data: z.record(z.string(), z.string()) });

const folder = 'deploy/kubernetes';
const objects = readdirSync(new URL(`../../${folder}`, import.meta.url))
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    parseAllDocuments(read(`${folder}/${file}`)).map((document) => ({
      file,
      object: Kind.parse(document.toJS()),
    })),
  );
const MODELS = {
  ConfigMap,
  Deployment,
  Ingress,
  Job,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  StatefulSet,
};
const isKnown = (kind: string): kind is keyof typeof MODELS => kind in MODELS;
const objectOf = (kind: string, file: string) =>
  objects.find((one) => one.object.kind === kind && one.file === file)?.object;

describe('F88 deploy/kubernetes', () => {
  it.each(objects.map(({ file, object }) => [object.kind, file, object] as const))(
    'F88 %s of %s is valid under Kubernetes’ published schema',
    (kind, _file, object) => {
      if (!isKnown(kind)) throw new Error(`No schema for ${kind}`);
      const model = Object.assign(new MODELS[kind](), object);
      expect(() => model.validate()).not.toThrow();
      expect(object.apiVersion).toBe(Reflect.get(MODELS[kind], 'apiVersion'));
    },
  );

  it('F88 its schemas do say no', () => {
    const broken = { spec: { replicas: 'two' } };
    const model = new Deployment();
    expect(() => Object.assign(model, broken).validate()).toThrow(/replicas|selector|spec/);
  });

  it('F88 no pod is root, writes to its image, or gets variables of Services', () => {
    const pods = objects
      .filter(({ object }) => 'spec' in object && /Deployment|StatefulSet|Job/.test(object.kind))
      .map(({ object }) => Workload.parse(object).spec.template.spec);
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false });
      expect(pod.securityContext.runAsNonRoot).toBe(true);
      expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('F88 the app starts with these settings, and has the time to end', () => {
    const { data } = Settings.parse(objectOf('ConfigMap', 'doorstep.yaml'));
    const config = parseConfig({ NODE_ENV: 'production', ...data, ...SECRETS });
    expect(config).toMatchObject({ metricsPort: 9464, shutdownDelayMs: 5000 });
    const pod = Workload.parse(objectOf('Deployment', 'doorstep.yaml')).spec.template.spec;
    const [container] = pod.containers;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(config.shutdownDelayMs / 1000 + 10);
    // The delay is the app's own; both would add up.
    expect(container?.lifecycle).toBeUndefined();
    expect(container?.livenessProbe?.httpGet.path).toBe('/healthz');
    expect(container?.readinessProbe).toMatchObject({ httpGet: { path: '/readyz' } });
    expect(read('Dockerfile')).toMatch(/^USER 1000$/m);
  });

  it('F88 so does set-up', () => {
    const { data } = Settings.parse(objectOf('ConfigMap', 'doorstep.yaml'));
    const secrets = {
      LOGTO_M2M_APP_ID: 'm2m',
      LOGTO_M2M_APP_SECRET: 'secret',
      HF_CLIENT_ID: 'hf',
      HF_CLIENT_SECRET: 'secret',
    };
    expect(readSettings({ NODE_ENV: 'production', ...data, ...secrets }).problems).toEqual([]);
  });
});

describe('F89 deploy/', () => {
  it.skipIf(!isInstalled('nginx', '-v'))('F89 nginx takes its example', () => {
    const here = mkdtempSync(join(tmpdir(), 'doorstep-nginx-'));
    onTestFinished(() => rmSync(here, { recursive: true, force: true }));
    const site = read('deploy/nginx/doorstep.conf')
      .replace(/ ssl http2;/, ';')
      .replace(/ {2}ssl_.*\n/g, '')
      .replaceAll(/listen (\d+)/g, 'listen 127.0.0.1:1$1');
    const file = join(here, 'nginx.conf');
    writeFileSync(
      file,
      `pid ${here}/pid; error_log stderr; events {}\nhttp { access_log off; ${site} }`,
    );
    const { status, stderr } = spawnSync('nginx', ['-t', '-q', '-c', file, '-p', here]);
    expect([status, String(stderr)]).toEqual([0, '']);
  });

  it('F89 nginx’s example takes no process out for a refused connection', () => {
    const servers = [...read('deploy/nginx/doorstep.conf').matchAll(/^ {2}server \d.*$/gm)];
    expect(servers).toHaveLength(2);
    for (const [line] of servers) expect(line).toContain('max_fails=0');
  });

  it.skipIf(!isInstalled('caddy', 'version'))('F89 Caddy takes its example', () => {
    const here = mkdtempSync(join(tmpdir(), 'doorstep-caddy-'));
    onTestFinished(() => rmSync(here, { recursive: true, force: true }));
    const file = join(here, 'Caddyfile');
    writeFileSync(file, read('deploy/caddy/Caddyfile'));
    const words = ['adapt', '--adapter', 'caddyfile', '--config', file];
    const adapted = execFileSync('caddy', words, { encoding: 'utf8', stdio: 'pipe' });
    expect(adapted).toContain('127.0.0.1:3002');
  });

  it('F89 Traefik’s example is whole', () => {
    const Dynamic = z.object({
      http: z.object({
        routers: z.record(z.string(), z.looseObject({ service: z.string() })),
        middlewares: z.record(z.string(), z.looseObject({})),
        services: z.record(z.string(), z.looseObject({})),
      }),
    });
    const { http } = Dynamic.parse(parse(read('deploy/traefik/dynamic.yml')));
    for (const { service, middlewares } of Object.values(http.routers)) {
      expect(http.services).toHaveProperty(service);
      for (const name of z.array(z.string()).parse(middlewares)) {
        expect(http.middlewares).toHaveProperty(name);
      }
    }
  });

  it.skipIf(!isInstalled('systemd-analyze'))('F89 systemd takes the unit', () => {
    const here = mkdtempSync(join(tmpdir(), 'doorstep-systemd-'));
    onTestFinished(() => rmSync(here, { recursive: true, force: true }));
    const unit = join(here, 'doorstep@3001.service');
    writeFileSync(unit, read('deploy/systemd/doorstep@.service'));
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit]);
    const complaints = String(stderr)
      .split('\n')
      // Where Node lies elsewhere; and what other units of this machine have.
      .filter((line) => line.includes('doorstep') && !line.includes('is not executable'));
    expect(complaints).toEqual([]);
  });
});
