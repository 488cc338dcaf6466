import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HubCaller } from "../../sandbox/hub/client.ts";
import { envtestAdvice } from "../../sandbox/hub/envtest.ts";
import {
  ACCOUNTS,
  accountObject,
  BINDINGS,
  bindingObject,
  type HubWorld,
  hubs,
  mintToken,
  openWorld,
  watchLines,
} from "./hub-fixture.ts";
import { table } from "./hub-table.ts";

describe.each(hubs)("$name", ({ name, skip, start }) => {
  describe.skipIf(skip)(skip ? `skipped: ${name} ${envtestAdvice}` : "as a hub", () => {
    let world: HubWorld;
    let admin: HubCaller;
    beforeAll(async () => {
      world = await openWorld(await start());
      admin = world.admin;
    }, 60_000);
    afterAll(() => world.close());
    const create = (metadata: object) => admin("POST", ACCOUNTS, { body: accountObject(metadata) });

    for (const [group, rows] of Object.entries(table)) {
      it.each(rows)(
        `${group}: $what → $status`,
        async ({ ask, status, reason, message, details, warning }) => {
          const reply = await ask(world);
          expect({ status: reply.status, reason: reply.body.reason }).toEqual({ status, reason });
          if (status >= 400)
            expect(reply.body).toMatchObject({ kind: "Status", status: "Failure", code: status });
          if (message)
            expect(reply.body.message).toEqual(
              message instanceof RegExp ? expect.stringMatching(message) : message,
            );
          if (details) expect(reply.body.details).toEqual(details);
          if (warning) expect(reply.headers.get("warning")).toBe(warning);
          expect(reply.headers.get("audit-id")).toBeTruthy();
        },
      );
    }

    it("makes an account in a namespace that does not exist, and gives it back whole", async () => {
      const sent = { name: "made", labels: { a: "1" }, annotations: { why: "it's 3 am, <here>" } };
      const made = await create(sent);
      expect(made.status).toBe(201);
      const read = await admin("GET", `${ACCOUNTS}/made`);
      expect(read.body.metadata).toEqual(made.body.metadata);
      expect(read.body.metadata).toMatchObject({ ...sent, namespace: "grants", uid: expect.any(String) });
    });

    it("lists by label, in order, page by page", async () => {
      for (const name of ["page-c", "page-a", "page-b"]) await create({ name, labels: { list: "pages" } });
      await create({ name: "page-0", labels: { list: "others" } });
      const names: string[] = [];
      let next = "";
      do {
        const path = `${ACCOUNTS}?labelSelector=list%3Dpages&limit=2&continue=${next}`;
        const { body } = await admin("GET", path);
        names.push(...(body.items ?? []).map((item) => item.metadata.name));
        next = body.metadata?.continue ?? "";
      } while (next);
      expect(names).toEqual(["page-a", "page-b", "page-c"]);
    });

    it("lists by name, whole objects or metadata, under the kind of the list", async () => {
      for (const name of ["named", "named-2"]) await create({ name });
      const byName = (path: string, name: string) =>
        admin("GET", `${path}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`);
      const { body } = await byName(ACCOUNTS, "named");
      expect(body).toMatchObject({ kind: "ServiceAccountList", items: [{ metadata: { name: "named" } }] });
      expect(body.items).toHaveLength(1);
      const none = await Promise.all([byName(ACCOUNTS, "none"), byName(BINDINGS, "none")]);
      expect(none.map(({ status, body: { kind, items } }) => ({ status, kind, items }))).toEqual([
        { status: 200, kind: "ServiceAccountList", items: [] },
        { status: 200, kind: "ClusterRoleBindingList", items: [] },
      ]);
    });

    it("keeps an account that a finalizer holds, its tokens and its minting, until the finalizer goes", async () => {
      await create({ name: "held", finalizers: ["example.com/held"] });
      const path = `${ACCOUNTS}/held`;
      const [used, unused] = [await mintToken(admin, path), await mintToken(admin, path)];
      const status = async (token: string) =>
        (await world.nobody("GET", "/rest-api/v1/authn", { token })).status;
      expect(await status(used)).toBe(403);
      const deleted = await admin("DELETE", path, { body: { propagationPolicy: "Background" } });
      expect(deleted.body.metadata).toMatchObject({
        finalizers: ["example.com/held"],
        deletionTimestamp: expect.any(String),
      });
      expect((await admin("GET", path)).body.metadata?.deletionTimestamp).toBeTruthy();
      // For a minute; after that the real one refuses them too (tried), and so the stand-in.
      expect([await status(used), await status(unused)]).toEqual([403, 403]);
      expect(await status(await mintToken(admin, path))).toBe(403);
      const type = "application/merge-patch+json";
      await admin("PATCH", path, { body: { metadata: { finalizers: null } }, type });
      expect((await admin("GET", path)).status).toBe(404);
      await expect.poll(() => status(unused), { timeout: 15_000 }).toBe(401);
    });

    it.each([
      ["sel in (1,2)", ["s1", "s2"]],
      ["sel!=1", ["s2", "s3"]],
      ["sel notin (1, 2)", ["s3"]],
      ["sel,!other", ["s1", "s2", "s3"]],
    ])("selects by `%s`", async (test, names) => {
      for (const n of [1, 2, 3]) await create({ name: `s${n}`, labels: { sel: String(n), own: "s" } });
      const { body } = await admin("GET", `${ACCOUNTS}?labelSelector=${encodeURIComponent(`own=s,${test}`)}`);
      expect(body.items?.map((item) => item.metadata.name)).toEqual(names);
    });

    it("patches by merge, by strategic merge and by JSON patch", async () => {
      await create({ name: "patched", annotations: { a: "1", b: "2" } });
      const patch = (kind: string, body: unknown) =>
        admin("PATCH", `${ACCOUNTS}/patched`, { body, type: `application/${kind}+json` });
      await patch("merge-patch", { metadata: { annotations: { a: null, c: "3" } } });
      await patch("strategic-merge-patch", { metadata: { annotations: { d: "4" } } });
      const { body } = await patch("json-patch", [
        { op: "add", path: "/metadata/annotations/e~1f", value: "5" },
      ]);
      expect(body.metadata?.annotations).toEqual({ b: "2", c: "3", d: "4", "e/f": "5" });
    });

    it("answers the deletion of an account with it, and of a binding with a Status", async () => {
      const { body: made } = await create({ name: "gone" });
      const deleted = await admin("DELETE", `${ACCOUNTS}/gone`, {
        body: { preconditions: { uid: made.metadata?.uid } },
      });
      expect(deleted.body).toMatchObject({ kind: "ServiceAccount", metadata: { uid: made.metadata?.uid } });
      await admin("POST", BINDINGS, { body: bindingObject("gone", "karpor-guest") });
      const unbound = await admin("DELETE", `${BINDINGS}/gone`);
      expect(unbound.body).toMatchObject({ kind: "Status", status: "Success", details: { name: "gone" } });
    });

    it("leaves an account standing after a foreground deletion, until it is deleted in the background", async () => {
      await create({ name: "stuck" });
      await admin("DELETE", `${ACCOUNTS}/stuck?propagationPolicy=Foreground`);
      const { body } = await admin("GET", `${ACCOUNTS}/stuck`);
      expect(body.metadata).toMatchObject({
        finalizers: ["foregroundDeletion"],
        deletionTimestamp: expect.any(String),
      });
      expect((await create({ name: "stuck" })).body).toMatchObject({
        reason: "AlreadyExists",
        message: 'object is being deleted: serviceaccounts "stuck" already exists',
      });
      expect((await admin("POST", `${ACCOUNTS}/stuck/token`, { body: { spec: {} } })).status).toBe(201);
      await admin("DELETE", `${ACCOUNTS}/stuck`, { body: { propagationPolicy: "Background" } });
      expect((await admin("GET", `${ACCOUNTS}/stuck`)).status).toBe(404);
    });

    it("issues tokens for itself, for an hour unless asked otherwise, and not at all dry", async () => {
      const { body: made } = await create({ name: "tok" });
      const reply = await admin("POST", `${ACCOUNTS}/tok/token?dryRun=All`, { body: { spec: {} } });
      const { token, expirationTimestamp } = reply.body.status as {
        token: string;
        expirationTimestamp: string;
      };
      const [header, claims] = token.split(".").slice(0, 2).map(decode);
      expect(header).toEqual({ alg: "RS256", kid: expect.any(String) });
      expect(claims).toMatchObject({
        iss: "karpor",
        aud: ["karpor"],
        sub: "system:serviceaccount:grants:tok",
      });
      expect(claims["kubernetes.io"].serviceaccount).toEqual({ name: "tok", uid: made.metadata?.uid });
      expect(claims.exp - claims.iat).toBe(3600);
      expect(Date.parse(expirationTimestamp)).toBe(claims.exp * 1000);
      expect((await world.nobody("GET", "/rest-api/v1/authn", { token })).status).toBe(403);
    });

    it("takes a token for other audiences only when karpor is among them", async () => {
      await create({ name: "aud" });
      const status = async (audiences: string[]) => {
        const token = await mintToken(admin, `${ACCOUNTS}/aud`, { audiences });
        return (await world.nobody("GET", "/rest-api/v1/authn", { token })).status;
      };
      expect([await status(["other"]), await status(["other", "karpor"])]).toEqual([401, 403]);
    });

    it("refuses an unused token as soon as its account is deleted, also when one of the same name is made", async () => {
      await create({ name: "dead" });
      const [used, witness] = [
        await mintToken(admin, `${ACCOUNTS}/dead`),
        await mintToken(admin, `${ACCOUNTS}/dead`),
      ];
      const status = async (token: string) =>
        (await world.nobody("GET", "/rest-api/v1/authn", { token })).status;
      expect(await status(used)).toBe(403);
      await admin("DELETE", `${ACCOUNTS}/dead`);
      expect(await status(used), "the success is remembered for 10 s").toBe(403);
      await expect.poll(() => status(witness)).toBe(401);
      await create({ name: "dead" });
      expect(await status(witness)).toBe(401);
    });

    it("counts a binding at once, and its deletion", async () => {
      await create({ name: "bound" });
      const token = await mintToken(admin, `${ACCOUNTS}/bound`);
      const status = async () => (await world.nobody("GET", "/rest-api/v1/authn", { token })).status;
      const subjects = [{ kind: "ServiceAccount", name: "bound", namespace: "grants" }];
      await admin("POST", BINDINGS, { body: bindingObject("bound", "karpor-guest", subjects) });
      // A plain API server has no such path: to it, the right shows as 404.
      await expect.poll(status).toBe(world.hub.supports.karpor ? 200 : 404);
      await admin("DELETE", `${BINDINGS}/bound`);
      await expect.poll(status).toBe(403);
    });

    it("shows changes to who watches", async () => {
      const { body } = await admin("GET", ACCOUNTS);
      const since = body.metadata?.resourceVersion;
      await create({ name: "seen", labels: { watch: "me" } });
      await create({ name: "unseen" });
      await admin("DELETE", `${ACCOUNTS}/seen`);
      const path = `${ACCOUNTS}?watch=1&resourceVersion=${since}&labelSelector=watch%3Dme`;
      const lines = await watchLines(world.hub, path, 2);
      expect(lines).toEqual(["ADDED seen", "DELETED seen"]);
    });

    it("tells what stands on it", async () => {
      await create({ name: "listed" });
      const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
      expect(serviceAccounts.map(({ metadata }) => metadata.name)).toContain("listed");
      expect(clusterRoleBindings.map(({ metadata }) => metadata.name)).toContain("anonymous");
    });
  });
});

const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
