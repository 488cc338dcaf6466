/** What Grants promise, on any hub: run with the bot's own least rights, never as an administrator. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import { type HubCaller as Admin, hubClient } from "../../sandbox/hub/client.ts";
import type { KubeObject, TestHub } from "../../sandbox/hub/types.ts";
import { HOUR } from "../../src/domain/duration.ts";
import { isLower } from "../../src/domain/rights.ts";
import { type Secret, secret } from "../../src/domain/secret.ts";
import {
  GrantFailed,
  type GrantKey,
  type GrantObjects,
  type Grants,
  type Log,
  TroubleOutside,
  type Uids,
} from "../../src/flow/ports.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { createAnchor } from "../../src/hub/grants/anchor.ts";
import { createGrants, type GrantsOptions } from "../../src/hub/grants/grants.ts";
import { instanceAccount, objectName } from "../../src/hub/grants/names.ts";
import { grantsMoreThanGet, readRole } from "../../src/hub/grants/roles.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { approved } from "./requests.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ACCOUNTS = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
const BINDINGS = `${RBAC}/clusterrolebindings`;

export function grantsContract(title: string, start: () => Promise<TestHub>): void {
  describe(title, () => {
    let hub: TestHub;
    let admin: Admin;
    let client: HubClient;
    let grants: Grants;
    const logged: unknown[] = [];
    const { signal } = new AbortController();

    beforeAll(async () => {
      hub = await start();
      admin = hubClient(hub, hub.admin);
      client = createHubClient(parseKubeconfig(await botKubeconfig(hub)));
      grants = make();
    }, 90_000);
    afterAll(async () => {
      await client?.close();
      await admin?.close();
      await hub?.stop();
    });

    const keep = (fields: object, message: string) => void logged.push([fields, message]);
    const log: Log = { info: keep, warn: keep, error: keep };
    const make = (over: Partial<GrantsOptions> = {}) =>
      createGrants({
        client,
        instance: "production",
        namespace: GRANTS_NAMESPACE,
        clock: systemClock(),
        log,
        ...over,
      });
    const accountOf = (key: GrantKey) => admin("GET", `${ACCOUNTS}/${objectName(key)}`);
    const bindingOf = (key: GrantKey) => admin("GET", `${BINDINGS}/${objectName(key)}`);
    const failure = (work: Promise<unknown>) =>
      work.then(
        () => "it worked",
        (error) => (error instanceof GrantFailed ? error.failure : error),
      );
    const remove = async (key: GrantKey, uids: Uids = {}, by = grants) => {
      await by.removeBinding(key, uids, signal);
      await by.removeAccount(key, uids, signal);
    };
    const patch = (path: string, metadata: object) =>
      admin("PATCH", path, { body: { metadata }, type: "application/merge-patch+json" });
    const becomes = (token: Secret, wanted: string) =>
      expect.poll(() => grants.check(token, signal), { interval: 20 }).toBe(wanted);
    const admins = async (method: string, path: string, body?: object) => {
      const reply = await admin(method, path, { body });
      expect(reply.status, reply.body.message).toBeLessThan(300);
      return reply.body as unknown as KubeObject;
    };

    describe("the epoch", () => {
      const own = `${ACCOUNTS}/${instanceAccount("production")}`;
      const anchor = () => createAnchor({ client, instance: "production", namespace: GRANTS_NAMESPACE });

      it("is remembered on an account of the instance's own, which is no grant", async () => {
        expect(await anchor().read(signal)).toBeNull();
        expect(await anchor().write({ epoch: 1 }, null, signal)).toBe(true);
        expect(await anchor().read(signal)).toMatchObject({ epoch: 1 });
        logged.length = 0;
        expect((await grants.list(signal)).map(({ key }) => objectName(key))).not.toContain(
          instanceAccount("production"),
        );
        expect(logged).toEqual([]);
        expect((await admin("GET", `${BINDINGS}/${instanceAccount("production")}`)).status).toBe(404);
      });

      it("is changed only by who has read it as it stands", async () => {
        const from = await anchor().read(signal);
        expect(await anchor().write({ epoch: 2 }, null, signal)).toBe(false);
        const both = await Promise.all([
          anchor().write({ epoch: 2 }, from, signal),
          anchor().write({ epoch: 3 }, from, signal),
        ]);
        expect(both.toSorted()).toEqual([false, true]);
        expect(await anchor().write({ epoch: 4 }, from, signal)).toBe(false);
        expect((await anchor().read(signal))?.epoch).toBe(both[0] ? 2 : 3);
      });

      it("is made anew where its account is gone, and what nobody can read is ahead of everything", async () => {
        const from = await anchor().read(signal);
        await admins("DELETE", own);
        expect(await anchor().write({ epoch: 5 }, from, signal)).toBe(false);
        expect(await anchor().write({ epoch: 5 }, await anchor().read(signal), signal)).toBe(true);
        await patch(own, { annotations: { "karpor-access.io/epoch": "soon" } });
        const unreadable = await anchor().read(signal);
        expect(unreadable?.epoch).toBe(Number.POSITIVE_INFINITY);
        expect(await anchor().write({ epoch: 6 }, unreadable, signal)).toBe(true);
        await patch(own, { annotations: { "karpor-access.io/epoch": null } });
        expect(await anchor().read(signal)).toMatchObject({ epoch: 0 });
      });

      it("stands beside the lockdown; of one that nobody can read it is said what unlocks", async () => {
        await patch(own, { annotations: { "karpor-access.io/lockdown": "maybe" } });
        await expect(anchor().read(signal)).rejects.toThrow("remove it to unlock");
        await admins("DELETE", own);
      });
    });

    describe("create", () => {
      it("makes both objects, whose account says whose it is and until when", async () => {
        const request = approved();
        const made = await grants.create(request, signal);
        const { account, binding, foreign } = await grants.find(request, {}, signal);
        expect(account).toEqual({
          uid: made.accountUid,
          createdAt: expect.any(Number),
          expiresAt: request.expiresAt,
          deleting: false,
          annotations: {
            requester: request.requester,
            clusterRole: "karpor-guest",
            approvedBy: request.decision.by,
            qualified: "S0SRE",
            reason: request.reason,
            approvedAt: request.decision.at,
            expiresAt: request.expiresAt,
            tokenMessage: null,
          },
        });
        expect(Math.abs((account?.createdAt ?? 0) - Date.now())).toBeLessThan(5_000);
        expect({ binding, foreign }).toEqual({ binding: { uid: made.bindingUid }, foreign: false });
      });

      it("twice makes nothing twice", async () => {
        const request = approved();
        const first = await grants.create(request, signal);
        expect(await grants.create(request, signal)).toEqual(first);
      });

      it("makes the half that is missing", async () => {
        const request = approved();
        const first = await grants.create(request, signal);
        await admins("DELETE", `${BINDINGS}/${objectName(request)}`);
        const second = await grants.create(request, signal);
        expect(second.accountUid).toBe(first.accountUid);
        expect(second.bindingUid).not.toBe(first.bindingUid);
      });

      it.each([
        ["with our labels", true],
        ["without labels", false],
      ])(
        "refuses a name that stands bound to another role, %s, and leaves no account under it",
        async (_, ours) => {
          const request = approved();
          const other = await grants.create(approved({ ...request, clusterRole: "karpor-admin" }), signal);
          expect(other.bindingUid).toBeTruthy();
          await admins("DELETE", `${ACCOUNTS}/${objectName(request)}`);
          if (!ours) await strip(request);
          expect(await failure(grants.create(request, signal))).toBe("name-taken");
          expect((await accountOf(request)).status).toBe(404);
          expect((await bindingOf(request)).status).toBe(200);
        },
      );

      it("refuses an account of another instance, and leaves it alone", async () => {
        const request = approved();
        const { accountUid } = await make({ instance: "staging" }).create(request, signal);
        expect(await failure(grants.create(request, signal))).toBe("name-taken");
        expect((await accountOf(request)).body.metadata?.uid).toBe(accountUid);
      });

      it("refuses an account that is being deleted", async () => {
        const request = approved();
        await grants.create(request, signal);
        const release = await hold(request);
        await grants.removeAccount(request, {}, signal);
        expect(await failure(grants.create(request, signal))).toBe("name-taken");
        expect((await accountOf(request)).status).toBe(200);
        await release();
      });

      it("refuses a binding to another subject", async () => {
        const request = approved();
        const name = objectName(request);
        await grants.create(request, signal);
        const { body } = await bindingOf(request);
        await admins("DELETE", `${BINDINGS}/${name}`);
        const more = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "mallory" };
        const { name: called, labels } = body.metadata ?? {};
        const subjects = [...(body.subjects as object[]), more];
        await admins("POST", BINDINGS, { ...body, metadata: { name: called, labels }, subjects });
        expect(await failure(grants.create(request, signal))).toBe("name-taken");
      });

      it("says that the hub refuses a role the bot may not bind, and leaves nothing", async () => {
        const rules = [{ nonResourceURLs: ["/elsewhere"], verbs: ["get"] }];
        await admins("POST", `${RBAC}/clusterroles`, { metadata: { name: "not-ours-to-give" }, rules });
        const request = approved({ clusterRole: "not-ours-to-give" });
        expect(await failure(grants.create(request, signal))).toBe("hub-refuses");
        await nothing(request);
        const { accountUid } = await grants.create({ ...request, clusterRole: "karpor-guest" }, signal);
        await admins("DELETE", `${BINDINGS}/${objectName(request)}`);
        expect(await failure(grants.create(request, signal))).toBe("hub-refuses");
        // That one was there before: taking it away is for whoever made it.
        expect((await accountOf(request)).body.metadata?.uid).toBe(accountUid);
      });

      it("says that a ClusterRole does not exist, whether or not the bot may bind it", async () => {
        const absent = approved({ clusterRole: "never-made" });
        expect(await failure(grants.create(absent, signal))).toBe("no-cluster-role");
        await nothing(absent);
        const role = await admins("GET", `${RBAC}/clusterroles/karpor-admin`);
        await admins("DELETE", `${RBAC}/clusterroles/karpor-admin`);
        const bindable = approved({ clusterRole: "karpor-admin" });
        expect(await failure(make().create(bindable, signal))).toBe("no-cluster-role");
        await nothing(bindable);
        const { rules } = role as { rules?: unknown };
        await admins("POST", `${RBAC}/clusterroles`, { metadata: { name: "karpor-admin" }, rules });
      });
    });

    describe("mint", () => {
      it("gives a token for the time asked, on the hub's clock however wrong ours is", async () => {
        const request = approved();
        await grants.create(request, signal);
        const now = () => Date.now() + 3 * HOUR;
        const late = make({ clock: { ...systemClock(), now } });
        const { expiresAt } = await late.mint(request, HOUR, signal);
        expect(Math.abs(expiresAt - Date.now() - HOUR)).toBeLessThan(5_000);
      });

      it("asks for the API's ten minutes when less is wanted", async () => {
        const request = approved();
        await grants.create(request, signal);
        const { expiresAt } = await grants.mint(request, 60_000, signal);
        expect(Math.abs(expiresAt - Date.now() - 600_000)).toBeLessThan(5_000);
      });

      it("tells the end of a token that the hub shortened, and logs its warning", async () => {
        const request = approved();
        await grants.create(request, signal);
        const { expiresAt, token } = await grants.mint(request, 9_000 * HOUR, signal);
        expect(Math.abs(expiresAt - Date.now() - 8_760 * HOUR)).toBeLessThan(5_000);
        expect(JSON.stringify(logged)).toContain("shortened");
        expect(JSON.stringify(logged)).not.toContain(token.reveal());
      });

      it("fails when there is no account, saying so", async () => {
        await expect(grants.mint(approved(), HOUR, signal)).rejects.toMatchObject({
          name: "HubError",
          status: 404,
          reason: "NotFound",
        });
      });
    });

    describe("check", () => {
      it("tells good from unbound from refused", async () => {
        const request = approved();
        await grants.create(request, signal);
        const { token } = await grants.mint(request, HOUR, signal);
        await becomes(token, "good");
        await admins("DELETE", `${BINDINGS}/${objectName(request)}`);
        await becomes(token, "unbound");
        const probe = await grants.mint(request, HOUR, signal);
        await remove(request);
        await becomes(probe.token, "refused");
      });

      it("is not answered for by the bot's own certificate", async () => {
        const root = createHubClient({
          server: hub.url,
          ca: hub.ca,
          insecure: false,
          credential: {
            kind: "certificate",
            certificate: hub.admin.certificate,
            key: { reveal: () => hub.admin.key },
          },
          warnings: [],
        });
        const request = approved();
        const all = make({ client: root });
        await all.create(request, signal);
        const { token } = await all.mint(request, HOUR, signal);
        await remove(request, {}, all);
        await expect.poll(() => all.check(token, signal)).toBe("refused");
        await root.close();
      });
    });

    describe("the end", () => {
      it.each([
        ["by the recorded uids", true],
        ["by labels alone", false],
      ])("takes both away, %s, and finds nothing afterwards; again is fine", async (_, recorded) => {
        const request = approved();
        const made = await grants.create(request, signal);
        const uids = recorded ? made : {};
        await grants.removeBinding(request, uids, signal);
        expect(await grants.find(request, uids, signal)).toMatchObject({
          account: { uid: made.accountUid },
          binding: null,
        });
        expect(await grants.isAbsent(request, signal)).toBe(false);
        await grants.removeAccount(request, uids, signal);
        await nothing(request);
        await remove(request, uids);
        expect(await grants.isAbsent(request, signal)).toBe(true);
        expect(await grants.find(request, uids, signal)).toEqual({
          key: request,
          account: null,
          binding: null,
          foreign: false,
        });
      });

      it("refuses an unused token right after", async () => {
        const request = approved();
        const made = await grants.create(request, signal);
        const { token } = await grants.mint(request, HOUR, signal);
        await remove(request, made);
        await becomes(token, "refused");
      });

      it("knows its own by their uids although somebody stripped the labels", async () => {
        const request = approved();
        const made = await grants.create(request, signal);
        await strip(request);
        await patch(`${ACCOUNTS}/${objectName(request)}`, { labels: null });
        expect(await grants.find(request, {}, signal)).toMatchObject({
          account: null,
          binding: null,
          foreign: true,
        });
        await remove(request);
        expect(await grants.isAbsent(request, signal)).toBe(false);
        expect(await grants.find(request, made, signal)).toMatchObject({
          account: { uid: made.accountUid },
          binding: { uid: made.bindingUid },
          foreign: false,
        });
        await remove(request, made);
        await nothing(request);
      });

      it("leaves alone what is not ours under the same name, and says that it stands", async () => {
        const request = approved();
        const staging = make({ instance: "staging" });
        await staging.create(request, signal);
        const recorded = { accountUid: "what-it-was-before", bindingUid: "what-it-was-before" };
        for (const uids of [{}, recorded]) {
          await remove(request, uids);
          expect(await grants.find(request, uids, signal)).toEqual({
            key: request,
            account: null,
            binding: null,
            foreign: true,
          });
        }
        expect(await grants.isAbsent(request, signal)).toBe(false);
        expect(await staging.find(request, {}, signal)).toMatchObject({
          account: { deleting: false },
          binding: { uid: expect.any(String) },
        });
      });

      it("takes away what bears our labels under another uid than the recorded one", async () => {
        const request = approved();
        const before = await grants.create(request, signal);
        await remove(request, before);
        await grants.create(request, signal);
        await remove(request, before);
        await nothing(request);
      });

      it("leaves alone the next generation", async () => {
        const [old, next] = [approved(), approved({ generation: 2 })];
        next.id = old.id;
        await grants.create(old, signal);
        await grants.create(next, signal);
        await remove(old);
        expect(await grants.find(next, {}, signal)).toMatchObject({
          account: { deleting: false },
          binding: {},
        });
      });

      it("does not call an account gone that a finalizer holds", async () => {
        const request = approved();
        await grants.create(request, signal);
        const release = await hold(request);
        await remove(request);
        expect((await grants.find(request, {}, signal)).account?.deleting).toBe(true);
        expect(await grants.isAbsent(request, signal)).toBe(false);
        await release();
        expect(await grants.isAbsent(request, signal)).toBe(true);
      });
    });

    describe("annotate", () => {
      it("adds where the token's message stands, and moves the end", async () => {
        const request = approved();
        const { accountUid } = await grants.create(request, signal);
        const tokenMessage = { channel: "D0BOB", ts: "1795341600.000123" };
        await grants.annotate(request, accountUid, { tokenMessage }, signal);
        await grants.annotate(request, accountUid, { expiresAt: request.expiresAt + HOUR }, signal);
        expect((await grants.find(request, {}, signal)).account?.annotations).toMatchObject({
          tokenMessage,
          expiresAt: request.expiresAt + HOUR,
          reason: request.reason,
        });
      });

      it("reaches no other account of the name, and is fine with none", async () => {
        const request = approved();
        const tokenMessage = { channel: "D0BOB", ts: "1795341600.000123" };
        const { accountUid } = await grants.create(request, signal);
        await grants.removeBinding(request, {}, signal);
        await grants.removeAccount(request, {}, signal);
        await grants.annotate(request, accountUid, { tokenMessage }, signal);
        const staging = make({ instance: "staging" });
        await staging.create(request, signal);
        await expect(grants.annotate(request, accountUid, { tokenMessage }, signal)).rejects.toBeInstanceOf(
          TroubleOutside,
        );
        expect((await staging.find(request, {}, signal)).account?.annotations?.tokenMessage).toBeNull();
      });
    });

    describe("rightsOf", () => {
      it("is what a ClusterRole gives, by which one of Karpor's own is lower than the other", async () => {
        const [guest, most] = await Promise.all(
          ["karpor-guest", "karpor-admin"].map((name) => grants.rightsOf(name, signal)),
        );
        if (!guest || !most) throw new Error("not readable");
        expect(isLower(guest, most)).toBe(true);
        expect(isLower(most, guest)).toBe(false);
      });

      it("keeps groups and names of objects", async () => {
        const rules = [
          { verbs: ["get"], apiGroups: ["apps"], resources: ["deployments/scale"], resourceNames: ["x"] },
        ];
        await admin("POST", `${RBAC}/clusterroles`, { body: { metadata: { name: "named-objects" }, rules } });
        expect(await grants.rightsOf("named-objects", signal)).toMatchObject(rules);
      });

      it("is unknown where there is none", async () => {
        expect(await grants.rightsOf("karpor-nobody", signal)).toBeNull();
      });
    });

    describe("assertEnforcing", () => {
      it("is content with a hub that refuses a made-up token and takes the bot's own", async () => {
        await grants.assertEnforcing(signal);
      });

      it("does not take a dead credential of its own for a hub that refuses", async () => {
        const { access } = client;
        const dead = createHubClient(access, { token: () => secret("a.dead.token") });
        const looking = make({ client: dead }).assertEnforcing(signal);
        await expect(looking).rejects.toMatchObject({ name: "HubError", status: 401 });
        await dead.close();
      });
    });

    describe.each(["list", "survey"] as const)("%s", (by) => {
      const standing = async (grants: Grants) => {
        if (by === "list") return grants.list(signal);
        const all: GrantObjects[] = [];
        for await (const some of grants.survey(signal)) all.push(...some);
        return all;
      };

      it("shows all of our instance, whole and halves, and nothing else", async () => {
        const mine = make({ instance: `listed-${by}` });
        const whole = approved({ role: "peek" });
        const noBinding = approved();
        const noAccount = approved();
        for (const request of [whole, noBinding, noAccount]) await mine.create(request, signal);
        await make({ instance: `${by}-too` }).create(approved(), signal);
        await admins("DELETE", `${BINDINGS}/${objectName(noBinding)}`);
        await admins("DELETE", `${ACCOUNTS}/${objectName(noAccount)}`);
        const listed = await standing(mine);
        expect(listed).toHaveLength(3);
        const of = ({ id }: GrantKey) => listed.find(({ key }) => key.id === id);
        expect(of(whole)).toMatchObject({
          key: { id: whole.id, role: "peek", generation: 1 },
          account: { deleting: false, annotations: { requester: whole.requester, reason: whole.reason } },
          binding: { uid: expect.any(String) },
        });
        expect(of(noBinding)).toMatchObject({ account: { deleting: false }, binding: null });
        expect(of(noAccount)).toMatchObject({ account: null, binding: { uid: expect.any(String) } });
      });

      it("shows what stands of one request, of whatever role and generation", async () => {
        const mine = make({ instance: `one-of-${by}` });
        const request = approved({ generation: 2 });
        const before = { ...request, role: "peek", generation: 1 };
        for (const one of [request, before, approved()]) await mine.create(one, signal);
        const found = await mine.standingOf(request.id, signal);
        expect(found).toHaveLength(2);
        for (const { role, generation } of [request, before])
          expect(found).toContainEqual(
            expect.objectContaining({ key: { id: request.id, role, generation }, foreign: false }),
          );
        expect(await mine.standingOf(approved().id, signal)).toEqual([]);
      });

      it("leaves out what has our labels under a name that is not ours", async () => {
        const mine = make({ instance: `copied-${by}` });
        const request = approved();
        await mine.create(request, signal);
        const { labels } = (await accountOf(request)).body.metadata ?? {};
        await admins("POST", ACCOUNTS, { metadata: { name: `a-copy-${by}`, labels } });
        expect(await standing(mine)).toHaveLength(1);
        expect(JSON.stringify(logged)).toContain(`a-copy-${by}`);
      });

      it("says that annotations are incomplete", async () => {
        const mine = make({ instance: `incomplete-${by}` });
        const request = approved();
        await mine.create(request, signal);
        await patch(`${ACCOUNTS}/${objectName(request)}`, {
          annotations: { "karpor-access.io/expires-at": null },
        });
        expect(await standing(mine)).toMatchObject([{ account: { annotations: null, expiresAt: null } }]);
      });
    });

    it.each([
      ["Secrets", { apiGroups: [""], resources: ["secrets"], verbs: ["get"] }, true],
      ["every path", { nonResourceURLs: ["*"], verbs: ["get"] }, true],
      ["pages", { nonResourceURLs: ["/search", "/search/*"], verbs: ["get"] }, false],
    ])(
      "sees whether a ClusterRole allows more than to get the paths it names (get on %s)",
      async (what, rule, more) => {
        const name = `reads-${what.toLowerCase().replace(" ", "-")}`;
        await admins("POST", `${RBAC}/clusterroles`, { metadata: { name }, rules: [rule] });
        const role = await readRole(client, name, signal);
        expect(role && grantsMoreThanGet(role)).toBe(more);
      },
    );

    it("stops at the signal, with its reason", async () => {
      const reason = new Error("the lease is lost");
      const aborted = AbortSignal.abort(reason);
      await expect(grants.create(approved(), aborted)).rejects.toBe(reason);
      await expect(grants.list(aborted)).rejects.toBe(reason);
    });

    async function nothing(key: GrantKey): Promise<void> {
      expect((await accountOf(key)).status).toBe(404);
      expect((await bindingOf(key)).status).toBe(404);
    }

    async function strip(key: GrantKey): Promise<void> {
      await patch(`${BINDINGS}/${objectName(key)}`, { labels: null });
    }

    /** A finalizer that nobody removes, until the answer is called. */
    async function hold(key: GrantKey): Promise<() => Promise<unknown>> {
      const path = `${ACCOUNTS}/${objectName(key)}`;
      await patch(path, { finalizers: ["example.com/held"] });
      return () => patch(path, { finalizers: null });
    }
  });
}
