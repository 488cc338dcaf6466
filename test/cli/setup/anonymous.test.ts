/** `setup --close-anonymous` and its undoing: what whoever shows no token, and a guest's token, may do before and after; the real API server too. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { jumpClock } from "../../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../../sandbox/hub/index.ts";
import { karporRoles } from "../../../sandbox/hub/roles.ts";
import type { TestHub } from "../../../sandbox/hub/types.ts";
import { setup } from "../../../src/cli/setup/index.ts";
import { setupOptions } from "../../../src/cli/setup/options.ts";
import { loadForHub } from "../../../src/config.ts";
import { needs } from "../../helpers/needs.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ROLE = `${RBAC}/clusterroles/anonymous`;
const ACCOUNTS = "/api/v1/namespaces/guests/serviceaccounts";
const KARPORS = karporRoles.find(({ metadata }) => metadata.name === "anonymous")?.rules;
const time = jumpClock();
/** The hub needs a moment of its own at each look; how long setup waits for it is by the clock. */
const clock = {
  now: time.now,
  sleep: async (ms: number) => {
    await delay(20);
    time.jump(ms);
  },
};

describe("on the local hub", () => onHub(() => startLocalHub({ clock: jumpClock() })));
needs(envtestAvailable(), envtestAdvice)("on a real API server", () => {
  onHub(startEnvtest);

  test("an upgrade of Karpor, which makes what is missing, leaves it closed", async () => {
    await using world = await startWorld(await startEnvtest());
    await world.run(["--close-anonymous"], true);
    await world.hub.upgrade?.();
    const after = hubClient(world.hub);
    await vi.waitFor(async () => expect(await mayWhat(after)).toEqual(CLOSED), 30_000);
    await after.close();
  });
});

const OPEN = { page: true, read: true, stream: true };
const CLOSED = { page: true, read: false, stream: false };
const KEPT = { page: true, read: false, stream: true };

/** What the hub lets them do, whether there is such a path or not. */
async function mayWhat(ask: HubCaller, token?: string) {
  const may = async (path: string) => {
    const { status } = await ask("GET", path, token === undefined ? {} : { token });
    return status !== 401 && status !== 403;
  };
  return {
    page: await may("/login"),
    read: await may("/rest-api/v1/clusters"),
    stream: await may("/rest-api/v1/insight/aggregator/log/pod/c/n/p"),
  };
}

async function startWorld(hub: TestHub) {
  await using opened = new AsyncDisposableStack();
  opened.use(hub);
  const dir = mkdtempSync(join(tmpdir(), "karpor-access-anonymous-"));
  opened.defer(() => rmSync(dir, { recursive: true }));
  const example = readFileSync(new URL("../../../karpor-access.example.yml", import.meta.url));
  writeFileSync(join(dir, "config.yml"), example);
  writeFileSync(join(dir, "admin"), hub.adminKubeconfig);
  const config = loadForHub({ KARPOR_ACCESS_CONFIG: join(dir, "config.yml") });
  const admin = opened.adopt(hubClient(hub, hub.admin), (c) => c.close());
  const nobody = opened.adopt(hubClient(hub), (c) => c.close());
  const kept = opened.move();
  return {
    ...{ hub, admin },
    role: async () =>
      (await admin("GET", ROLE)).body as { rules: object[]; metadata: { annotations?: object } },
    /** As karpor-server makes it. */
    reset: async () => {
      await admin("DELETE", `${RBAC}/clusterrolebindings/everybody`);
      await admin("DELETE", ROLE);
      await admin("POST", `${RBAC}/clusterroles`, {
        body: { metadata: { name: "anonymous" }, rules: KARPORS },
      });
    },
    nobody: () => mayWhat(nobody),
    guest: (token: string) => mayWhat(nobody, token),
    /** As the command line runs it; resolves to what it said. */
    async run(args: string[], yes: boolean): Promise<string> {
      const lines: string[] = [];
      await setup(config, setupOptions([...args, "--kubeconfig", join(dir, "admin")]), {
        ...{ log: pino({ level: "silent" }), clock },
        say: (line) => void lines.push(line),
        confirm: async () => yes,
      });
      return lines.join("\n");
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function onHub(start: () => Promise<TestHub>) {
  let world: Awaited<ReturnType<typeof startWorld>>;
  let token: string;
  beforeAll(async () => {
    world = await startWorld(await start());
    token = await guestToken(world.admin);
  });
  beforeEach(async () => {
    await world.reset();
    await vi.waitFor(async () => expect(await world.guest(token)).toEqual(OPEN), 30_000);
    await vi.waitFor(async () => expect(await world.nobody()).toEqual(OPEN), 30_000);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test("closes all but the pages, changes nothing of a guest's, is shown and asked first, and is undone", async () => {
    const dry = await world.run(["--close-anonymous", "--dry-run"], true);
    expect(dry).toMatch(
      /close {6}get \/rest-api\/\*\n {2}close {6}\* \/rest-api\/v1\/insight\/aggregator\/\*/,
    );
    expect(dry).toContain("except pod logs, events and AI");
    expect(dry).not.toMatch(/^ {2}open/m);
    await expect(world.run(["--close-anonymous"], false)).rejects.toThrow("Nothing was changed.");
    expect((await world.role()).rules).toEqual(KARPORS);

    expect(await world.run(["--close-anonymous"], true)).toMatch(/updated .*\n {2}closed {5}the hub refuses/);
    expect(await world.nobody()).toEqual(CLOSED);
    expect(await world.guest(token)).toEqual(OPEN);
    expect(await world.run(["--close-anonymous"], false)).toMatch(/^ {2}unchanged .*\n {2}closed/);

    expect(await world.run(["--open-anonymous", "--dry-run"], true)).toMatch(/open {7}get \/rest-api\/\*/);
    expect(await world.nobody()).toEqual(CLOSED);
    expect(await world.run(["--open-anonymous"], true)).toContain("reads without a token again");
    await vi.waitFor(async () => expect(await world.nobody()).toEqual(OPEN), 30_000);
    const { rules, metadata } = await world.role();
    expect(rules).toEqual(KARPORS);
    expect(metadata.annotations ?? {}).toEqual({});
  });

  test("--keep-streams leaves pod logs, events and AI open, also afterwards, and both are undone to what was", async () => {
    await world.run(["--close-anonymous"], true);
    expect(await world.run(["--close-anonymous", "--keep-streams"], true)).toMatch(
      /open {7}\* \/rest-api\/v1\/insight\/aggregator\/\*/,
    );
    await vi.waitFor(async () => expect(await world.nobody()).toEqual(KEPT), 30_000);
    await world.run(["--close-anonymous"], true);
    expect(await world.nobody()).toEqual(CLOSED);
    await world.run(["--open-anonymous"], true);
    expect((await world.role()).rules).toEqual(KARPORS);
  });

  test("what somebody opened by hand since then is cut again, and given back as they had it", async () => {
    await world.run(["--close-anonymous"], true);
    const theirs = [{ verbs: ["get"], nonResourceURLs: ["/login", "/rest-api/*", "/metrics"] }];
    await world.admin("PUT", ROLE, { body: { ...(await world.role()), rules: theirs } });
    expect(await world.run(["--close-anonymous"], true)).toContain("close      get /metrics");
    expect((await world.role()).rules).toEqual([{ verbs: ["get"], nonResourceURLs: ["/login"] }]);
    await world.run(["--open-anonymous"], true);
    expect((await world.role()).rules).toEqual(theirs);
  });

  test("where another binding opens the same, it is named, and not called closed", async () => {
    const path = `${RBAC}/clusterrolebindings`;
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" };
    const subjects = [
      { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:unauthenticated" },
    ];
    await world.admin("POST", path, { body: { metadata: { name: "everybody" }, roleRef, subjects } });
    await expect(world.run(["--close-anonymous"], true)).rejects.toThrow(
      /still answers whoever shows no token, by ClusterRoleBinding everybody: take that away/,
    );
  });

  test("what setup did not close, or is not there, it does not open; and says how", async () => {
    await expect(world.run(["--open-anonymous"], true)).rejects.toThrow(
      /was not closed by setup.*kubectl delete clusterrole anonymous/,
    );
    await world.admin("DELETE", ROLE);
    for (const act of ["--close-anonymous", "--open-anonymous"])
      await expect(world.run([act], true)).rejects.toThrow(/There is no ClusterRole anonymous on the hub/);
  });
}

async function guestToken(admin: HubCaller): Promise<string> {
  const account = { kind: "ServiceAccount", name: "guest", namespace: "guests" };
  await admin("POST", ACCOUNTS, { body: { metadata: { name: "guest" } } });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" };
  await admin("POST", `${RBAC}/clusterrolebindings`, {
    body: { metadata: { name: "a-guest" }, roleRef, subjects: [account] },
  });
  const { body } = await admin("POST", `${ACCOUNTS}/guest/token`, {
    body: { spec: { expirationSeconds: 3600 } },
  });
  return (body.status as { token: string }).token;
}

test("where RBAC is off, no role closes anything", async () => {
  await using world = await startWorld(await startLocalHub({ clock: jumpClock(), rbac: false }));
  await expect(world.run(["--close-anonymous"], true)).rejects.toThrow(
    /RBAC is off on the hub.*server\.enableRbac=true/,
  );
});
