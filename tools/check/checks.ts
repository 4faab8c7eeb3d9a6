import { accountCenter } from './checks/account-center.ts';
import { apiResource } from './checks/api-resource.ts';
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
import { huggingFaceApp } from './checks/hugging-face-app.ts';
import { huggingFaceTokens } from './checks/hugging-face-tokens.ts';
import { management } from './checks/management.ts';
import { postSignOutUri } from './checks/post-sign-out-uri.ts';
import { redirectUri } from './checks/redirect-uri.ts';
import { redis } from './checks/redis.ts';
import { redisEviction } from './checks/redis-eviction.ts';
import { redisPersistence } from './checks/redis-persistence.ts';
import { redisVersion } from './checks/redis-version.ts';
import { runningApp } from './checks/running-app.ts';
import { runningSignIn } from './checks/running-sign-in.ts';
import { signInPage } from './checks/sign-in-page.ts';
import { signingAlgorithms } from './checks/signing-algorithms.ts';
import { webhook } from './checks/webhook.ts';
import { both, Checkup, ifThere, type Result, unlessWrong } from './checkup.ts';
import type { World } from './world.ts';

/** The whole chain: what builds on what, and below it the order of the report. */
export async function* runChecks(world: World): AsyncGenerator<Result> {
  const checkup = new Checkup(world);
  const config = checkup.first(environment);
  const redisServer = checkup.after(config, redis);
  const found = checkup.after(config, discovery);
  const logto = checkup.after(found, endpoints);
  const application = checkup.after(logto, credentials);
  const managementApi = checkup.after(application, management);
  const settings = checkup.after(both(application, managementApi), applicationSettings);
  const begunSignIn = checkup.after(both(application, unlessWrong(settings)), redirectUri);
  const page = checkup.after(both(application, ifThere(managementApi)), signInPage);
  const huggingFace = checkup.after(both(begunSignIn, page), directSignIn);
  const app = checkup.after(config, runningApp);
  const proxied = checkup.after(app, https);
  const clocks = both(ifThere(found), ifThere(redisServer));
  // What Logto doesn't do for us it doesn't do for the running app either.
  const runs = both(application, proxied);
  const deeper = both(ifThere(managementApi), ifThere(redisServer));
  const toldByLogto = both(both(application, ifThere(managementApi)), ifThere(proxied));

  const report = [
    config,
    checkup.after(config, cookies),
    redisServer,
    checkup.after(redisServer, redisVersion),
    checkup.after(redisServer, redisEviction),
    checkup.after(redisServer, redisPersistence),
    found,
    logto,
    checkup.after(both(config, clocks), clock),
    checkup.after(found, signingAlgorithms),
    application,
    begunSignIn,
    checkup.after(application, postSignOutUri),
    page,
    huggingFace,
    checkup.after(huggingFace, connectorScope),
    checkup.after(huggingFace, huggingFaceApp),
    checkup.after(both(both(application, page), deeper), huggingFaceTokens),
    checkup.after(logto, accountCenter),
    managementApi,
    settings,
    checkup.after(both(begunSignIn, managementApi), apiResource),
    checkup.after(both(application, ifThere(settings)), backChannel),
    app,
    proxied,
    checkup.after(runs, runningSignIn),
    checkup.after(runs, backChannelAnswer),
    checkup.after(toldByLogto, webhook),
  ];
  for (const { result } of report) yield result;
}
