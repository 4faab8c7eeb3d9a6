import { accountCenter } from './checks/account-center.ts';
import { applicationSettings } from './checks/application-settings.ts';
import { backChannel } from './checks/back-channel.ts';
import { backChannelAnswer } from './checks/back-channel-answer.ts';
import { clock } from './checks/clock.ts';
import { connectorScope } from './checks/connector-scope.ts';
import { cookies } from './checks/cookies.ts';
import { credentials } from './checks/credentials.ts';
import { directSignIn } from './checks/direct-sign-in.ts';
import { discovery } from './checks/discovery.ts';
import { endpoints } from './checks/endpoints.ts';
import { environment } from './checks/environment.ts';
import { https } from './checks/https.ts';
import { management } from './checks/management.ts';
import { postSignOutUri } from './checks/post-sign-out-uri.ts';
import { redirectUri } from './checks/redirect-uri.ts';
import { redis } from './checks/redis.ts';
import { redisEviction } from './checks/redis-eviction.ts';
import { redisPersistence } from './checks/redis-persistence.ts';
import { runningApp } from './checks/running-app.ts';
import { runningSignIn } from './checks/running-sign-in.ts';
import { signInPage } from './checks/sign-in-page.ts';
import { both, Checkup, ifThere, type Result } from './checkup.ts';
import type { World } from './world.ts';

/** The whole chain: what builds on what, and below it the order of the report. */
export async function* runChecks(world: World): AsyncGenerator<Result> {
  const checkup = new Checkup(world);
  const config = checkup.first(environment);
  const redisServer = checkup.after(config, redis);
  const found = checkup.after(config, discovery);
  const logto = checkup.after(found, endpoints);
  const application = checkup.after(logto, credentials);
  const begunSignIn = checkup.after(application, redirectUri);
  const managementApi = checkup.after(application, management);
  const page = checkup.after(both(application, ifThere(managementApi)), signInPage);
  const huggingFace = checkup.after(both(begunSignIn, page), directSignIn);
  const settings = checkup.after(both(application, managementApi), applicationSettings);
  const app = checkup.after(config, runningApp);
  const proxied = checkup.after(app, https);

  const report = [
    config,
    checkup.after(config, cookies),
    redisServer,
    checkup.after(redisServer, redisEviction),
    checkup.after(redisServer, redisPersistence),
    found,
    logto,
    checkup.after(found, clock),
    application,
    begunSignIn,
    checkup.after(application, postSignOutUri),
    page,
    huggingFace,
    checkup.after(huggingFace, connectorScope),
    managementApi,
    settings,
    checkup.after(both(application, managementApi), accountCenter),
    checkup.after(both(application, ifThere(settings)), backChannel),
    app,
    proxied,
    checkup.after(proxied, runningSignIn),
    checkup.after(proxied, backChannelAnswer),
  ];
  for (const { result } of report) yield result;
}
