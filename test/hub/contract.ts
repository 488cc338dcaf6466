/** What Grants promise, on any hub: run with the bot's own least rights, never as an administrator. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import { type HubClient as Admin, hubClient } from "../../sandbox/hub/client.ts";
import type { Hub, KubeObject } from "../../sandbox/hub/types.ts";
import { HOUR } from "../../src/domain/duration.ts";
import type { Secret } from "../../src/domain/secret.ts";
import { GrantFailed, type GrantKey, type Grants, type Log } from "../../src/flow/ports.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { createGrants, type GrantsOptions } from "../../src/hub/grants/grants.ts";
import { objectName } from "../../src/hub/grants/names.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { approved } from "./requests.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ACCOUNTS = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
const BINDINGS = `${RBAC}/clusterrolebindings`;

export function grantsContract(title: string, start: () => Promise<Hub>): void {
  describe(title, () => {
    let hub: Hub;
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
    const becomes = (token: Secret, wanted: string) =>
      expect.poll(() => grants.check(token, signal), { timeout: 5_000, interval: 20 }).toBe(wanted);
    const admins = async (method: string, path: string, body?: object) => {
      const reply = await admin(method, path, { body });
      expect(reply.status, reply.body.message).toBeLessThan(300);
      return reply.body as unknown as KubeObject;
    };

    describe("create", () => {
      it("makes both objects, whose account says whose it is and until when", async () => {
        const request = approved();
        const made = await grants.create(request, signal);
        const { account, binding } = await grants.find(request, signal);
        expect(account).toEqual({
          uid: made.accountUid,
          ending: false,
          annotations: {
            requester: request.requester,
            clusterRole: "karpor-guest",
            approvedBy: "U0BOB",
            reason: request.reason,
            approvedAt: request.decision.at,
            expiresAt: request.expiresAt,
          },
        });
        expect(binding).toEqual({ uid: made.bindingUid });
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

      it("refuses an account that is ending", async () => {
        const request = approved();
        await grants.create(request, signal);
        await grants.mark(request, signal);
        expect(await failure(grants.create(request, signal))).toBe("name-taken");
        expect((await accountOf(request)).status).toBe(200);
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
      it("gives a token for the time asked, on our clock however wrong that is", async () => {
        const request = approved();
        await grants.create(request, signal);
        const now = () => Date.now() + 3 * HOUR;
        const late = make({ clock: { ...systemClock(), now } });
        const { expiresAt } = await late.mint(request, HOUR, signal);
        expect(Math.abs(expiresAt - now() - HOUR)).toBeLessThan(5_000);
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
        const witness = await grants.mint(request, HOUR, signal);
        await grants.remove(request, signal);
        expect(await grants.check(witness.token, signal)).toBe("refused");
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
        await all.remove(request, signal);
        expect(await all.check(token, signal)).toBe("refused");
        await root.close();
      });
    });

    describe("the end", () => {
      it("marks, takes both away, and finds nothing afterwards; again is fine", async () => {
        const request = approved();
        await grants.create(request, signal);
        await grants.mark(request, signal);
        expect((await grants.find(request, signal)).account).toMatchObject({
          ending: true,
          annotations: { reason: request.reason },
        });
        await grants.mark(request, signal);
        await grants.remove(request, signal);
        await nothing(request);
        await grants.remove(request, signal);
        await grants.mark(request, signal);
        expect(await grants.find(request, signal)).toEqual({ key: request, account: null, binding: null });
      });

      it("refuses an unused token right after", async () => {
        const request = approved();
        await grants.create(request, signal);
        const { token } = await grants.mint(request, HOUR, signal);
        await grants.remove(request, signal);
        expect(await grants.check(token, signal)).toBe("refused");
      });

      it("leaves alone what is not ours under the same name", async () => {
        const request = approved();
        const staging = make({ instance: "staging" });
        await staging.create(request, signal);
        await grants.mark(request, signal);
        await grants.remove(request, signal);
        expect(await staging.find(request, signal)).toMatchObject({
          account: { ending: false },
          binding: { uid: expect.any(String) },
        });
      });

      it("leaves alone the next generation", async () => {
        const [old, next] = [approved(), approved({ generation: 2 })];
        next.id = old.id;
        await grants.create(old, signal);
        await grants.create(next, signal);
        await grants.remove(old, signal);
        expect(await grants.find(next, signal)).toMatchObject({ account: { ending: false }, binding: {} });
      });

      it("does not call an account gone that a finalizer holds", async () => {
        const request = approved();
        await grants.create(request, signal);
        const type = "application/merge-patch+json";
        const hold = (finalizers: string[]) =>
          admin("PATCH", `${ACCOUNTS}/${objectName(request)}`, { body: { metadata: { finalizers } }, type });
        await hold(["example.com/held"]);
        await expect(grants.remove(request, signal)).rejects.toThrow("still there");
        expect((await grants.find(request, signal)).account?.ending).toBe(true);
        await hold([]);
        await grants.remove(request, signal);
      });
    });

    describe("list", () => {
      it("shows all of our instance, whole and halves, and nothing else", async () => {
        const mine = make({ instance: "listed" });
        const whole = approved({ role: "peek" });
        const noBinding = approved();
        const noAccount = approved();
        for (const request of [whole, noBinding, noAccount]) await mine.create(request, signal);
        await make({ instance: "listed-too" }).create(approved(), signal);
        await admins("DELETE", `${BINDINGS}/${objectName(noBinding)}`);
        await admins("DELETE", `${ACCOUNTS}/${objectName(noAccount)}`);
        await mine.mark(whole, signal);
        const listed = await mine.list(signal);
        expect(listed).toHaveLength(3);
        const of = ({ id }: GrantKey) => listed.find(({ key }) => key.id === id);
        expect(of(whole)).toMatchObject({
          key: { id: whole.id, role: "peek", generation: 1 },
          account: { ending: true, annotations: { requester: whole.requester, reason: whole.reason } },
          binding: { uid: expect.any(String) },
        });
        expect(of(noBinding)).toMatchObject({ account: { ending: false }, binding: null });
        expect(of(noAccount)).toMatchObject({ account: null, binding: { uid: expect.any(String) } });
      });

      it("leaves out what has our labels under a name that is not ours", async () => {
        const mine = make({ instance: "copied" });
        const request = approved();
        await mine.create(request, signal);
        const { labels } = (await accountOf(request)).body.metadata ?? {};
        await admins("POST", ACCOUNTS, { metadata: { name: "a-copy", labels } });
        expect(await mine.list(signal)).toHaveLength(1);
        expect(JSON.stringify(logged)).toContain("a-copy");
      });

      it("says that annotations are incomplete", async () => {
        const mine = make({ instance: "incomplete" });
        const request = approved();
        await mine.create(request, signal);
        await admin("PATCH", `${ACCOUNTS}/${objectName(request)}`, {
          body: { metadata: { annotations: { "karpor-access.io/expires-at": null } } },
          type: "application/merge-patch+json",
        });
        expect(await mine.list(signal)).toMatchObject([{ account: { annotations: null } }]);
      });
    });

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
      const type = "application/merge-patch+json";
      await admin("PATCH", `${BINDINGS}/${objectName(key)}`, { body: { metadata: { labels: null } }, type });
    }
  });
}
