import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { type LocalHub, type LocalHubOptions, startLocalHub } from "../../sandbox/hub/index.ts";
import { secret } from "../../src/domain/secret.ts";
import { READS } from "../../src/hub/client/anonymous.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { probeHub } from "../../src/hub/client/facts.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE, kubeconfig } from "../helpers/bot-account.ts";

const clock = systemClock();
let hub: LocalHub;
let client: HubClient;
afterEach(async () => {
  await client.close();
  await hub.stop();
});

async function start(options: Partial<LocalHubOptions> = {}): Promise<void> {
  hub = await startLocalHub({ clock, ...options });
  client = createHubClient(parseKubeconfig(await botKubeconfig(hub)));
}
const probe = (...clusterRoles: string[]) =>
  probeHub({ client, clock, namespace: GRANTS_NAMESPACE, clusterRoles });

it("tells everything about a healthy hub, as the bot may see it", async () => {
  await start();
  expect(await probe("karpor-guest", "karpor-admin", "absent")).toEqual({
    server: hub.url,
    verified: true,
    certificate: false,
    self: {
      namespace: "karpor-access-system",
      name: "karpor-access",
      expiresAt: expect.any(Number),
      issuedAt: expect.any(Number),
    },
    failure: null,
    more: {
      skew: 0,
      rbac: "on",
      anonymous: {
        ...{ reads: true, streams: true, allows: ["get /rest-api/*"] },
        open: READS.filter((path) => path.startsWith("/rest-api/")),
      },
      clusterRoles: {
        "karpor-guest": { exists: true, moreThanGet: false, login: true },
        "karpor-admin": { exists: true, moreThanGet: true, login: true },
        absent: { exists: false },
      },
      mayList: { accounts: true, bindings: true },
    },
  });
});

it.each([
  ["get on Secrets", { apiGroups: [""], resources: ["secrets"], verbs: ["get"] }, true],
  ["get on every path", { nonResourceURLs: ["*"], verbs: ["get"] }, true],
  ["get below the root", { nonResourceURLs: ["/*"], verbs: ["get"] }, true],
  ["head on a page", { nonResourceURLs: ["/search"], verbs: ["get", "head"] }, true],
  ["get on pages", { nonResourceURLs: ["/search", "/search/*"], verbs: ["get"] }, false],
])("tells a role that allows more than to get the paths it names (%s)", async (_, rule, moreThanGet) => {
  await start();
  const admin = hubClient(hub, hub.admin);
  await admin("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {
    body: { metadata: { name: "custom" }, rules: [rule] },
  });
  await admin.close();
  expect((await probe("custom")).more?.clusterRoles).toMatchObject({ custom: { exists: true, moreThanGet } });
});

it("tells that RBAC is off", async () => {
  hub = await startLocalHub({ clock, rbac: false });
  client = createHubClient(parseKubeconfig(kubeconfig(hub, "any.to.ken")));
  expect((await probe()).more?.rbac).toBe("off");
});

it("tells that reads are closed, and cannot know RBAC where nobody may ask", async () => {
  await start({ anonymousReads: false });
  expect((await probe()).more).toMatchObject({
    anonymous: { reads: false, streams: false, allows: [] },
    rbac: "unknown",
  });
});

it("tells how far the hub's clock is ahead", async () => {
  await start();
  hub.skew(90_000);
  expect(Math.abs(((await probe()).more?.skew ?? 0) - 90_000)).toBeLessThan(2_000);
});

it("tells that the hub refuses the credential", async () => {
  await start();
  await client.close();
  client = createHubClient(parseKubeconfig(kubeconfig(hub, "no.such.token")));
  expect(await probe()).toMatchObject({ self: null, failure: { status: 401 }, more: null });
});

it.each([200, 401, 404, 502])(
  "tells that not the hub answered, but something before it (%i)",
  async (status) => {
    await start();
    hub.meddle({ before: async () => ({ status, html: true }), after: async () => true });
    expect(await probe()).toMatchObject({ failure: { status, reason: "not-kubernetes" }, more: null });
  },
);

it("does not take a role for one that it may not read where the hub fails at it", async () => {
  await start();
  hub.failNext(1, 503, (_, path) => path.endsWith("/clusterroles/karpor-guest"));
  expect(await probe("karpor-guest")).toMatchObject({ failure: { status: 503 }, more: null });
});

it("does not take the role anonymous for one that gives nothing where the hub fails at it", async () => {
  await start();
  const admin = hubClient(hub, hub.admin);
  await admin("DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/anonymous");
  await admin.close();
  await expect
    .poll(async () => (await probe()).more?.anonymous, { interval: 20 })
    .toMatchObject({ reads: false, allows: ["get /rest-api/*"] });
  hub.failNext(1, 503, (_, path) => path.endsWith("/clusterroles/anonymous"));
  expect(await probe()).toMatchObject({ failure: { status: 503 }, more: null });
});

it("tells that the hub is down", async () => {
  await start();
  await hub.down();
  expect(await probe()).toMatchObject({ failure: { status: null, reason: "ECONNREFUSED" }, more: null });
});

it("tells that the certificate is not the one to trust, or that nobody looks", async () => {
  await start();
  await client.close();
  const { ca: _, ...access } = client.access;
  client = createHubClient(access);
  expect((await probe()).failure?.reason).toBe("SELF_SIGNED_CERT_IN_CHAIN");
  await client.close();
  client = createHubClient({ ...access, insecure: true });
  expect(await probe()).toMatchObject({ verified: false, failure: null });
});

it("tells what the bot lacks", async () => {
  await start();
  const admin = hubClient(hub, hub.admin);
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  await admin("DELETE", `${rbac}/clusterrolebindings/karpor-access`);
  await admin.close();
  await expect
    .poll(async () => (await probe("karpor-guest")).more, { interval: 20 })
    .toMatchObject({ mayList: { accounts: true, bindings: false }, clusterRoles: { "karpor-guest": null } });
});

it("tells whose a token is that is no ServiceAccount's", async () => {
  await start();
  await client.close();
  client = createHubClient(client.access, { token: () => secret("static") });
  expect((await probe()).self).toBeNull();
});
