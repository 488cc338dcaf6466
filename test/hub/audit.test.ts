/** The audit log of the hub's stand-in tells what kube-apiserver's tells. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { systemClock } from "../../sandbox/clock.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { auditWebhook } from "../../src/cli/setup/hub-audit.ts";
import { secret } from "../../src/domain/secret.ts";
import { HUB_SECRET } from "../helpers/hub-tells.ts";
import { until } from "../helpers/redis.ts";
import { auditContract, startEar } from "./audit-contract.ts";

auditContract("the audit log of the local hub", async ({ policy, webhook }) => {
  const hub = await startLocalHub({ clock: systemClock() });
  hub.audit.keep(policy);
  hub.audit.tellTo(webhook);
  return hub;
});

if (envtestAvailable())
  auditContract("the audit log of a real API server", (files) => startEnvtest(undefined, files));
else it.skip(`the audit log of a real API server ${envtestAdvice}`);

it("a patch that is no JSON costs the local hub its whole batch, too, where its body is asked for", async () => {
  await using opened = new AsyncDisposableStack();
  const ear = opened.adopt(await startEar(), (e) => e.stop());
  const hub = opened.use(await startLocalHub({ clock: systemClock() }));
  hub.audit.keep(stringify({ rules: [{ level: "Request" }] }));
  hub.audit.tellTo(auditWebhook({ url: ear.url, secret: secret(HUB_SECRET) }));
  const admin = opened.adopt(hubClient(hub, hub.admin), (ask) => ask.close());
  const role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/nobody";
  await admin("GET", role, { auditId: "beside" });
  await admin("PATCH", role, { body: "{", type: "application/merge-patch+json" });
  await delay(1_000);
  await admin("GET", role, { auditId: "later" });
  await until(async () => ear.events.length > 0);
  expect(ear.events.map(({ auditID }) => auditID)).toEqual(["later"]);
});
