/** What a thief of the bot's kubeconfig tries, in the words of docs/security.md. */
import { vi } from "vitest";
import { jumpClock } from "../../../sandbox/clock.ts";
import { createGrants } from "../../../src/hub/grants/grants.ts";
import { instanceAccount, objectName } from "../../../src/hub/grants/names.ts";
import { account, binding } from "../../../src/hub/grants/objects.ts";
import { approved } from "../../hub/requests.ts";
import {
  ANYBODY,
  accountOf,
  BINDINGS_API,
  GRANTS,
  PLACE,
  RBAC_API,
  type StolenWorld,
  SYSTEM,
} from "./thief.ts";

export interface Deed {
  /** As docs/security.md has it. */
  says: string;
  /** Resolves to whether it worked. */
  by(world: StolenWorld): Promise<boolean>;
}

const steal = async ({ thief, loot }: StolenWorld, path: string, name: string, as?: string) => {
  const token = await thief.mint(path, name, as);
  if (token) loot.set(name, token);
  return token;
};
/** A binding counts for the hub's authorizer a moment later. */
const becomes = (question: () => Promise<boolean>) =>
  vi
    .waitFor(async () => (await question()) || Promise.reject(new Error("not yet")), 30_000)
    .then(
      () => true,
      () => false,
    );

export const can: Deed[] = [
  {
    says: "make an account in the grants' namespace, bind any role of the catalog to it, and mint it a token of a year",
    async by(world) {
      const { thief } = world;
      await thief.account("mallory");
      await thief.bind("mallory", "karpor-admin", accountOf("mallory"));
      const token = await steal(world, GRANTS, "mallory");
      return becomes(() => thief.isAdmin(token));
    },
  },
  {
    says: "bind any role of the catalog to anybody: to `system:anonymous`, so that nobody needs a token, to a user, to a group, to an account of another namespace",
    async by({ thief }) {
      const subjects = [
        { kind: "User", name: "mallory" },
        { kind: "Group", name: "system:authenticated" },
        accountOf("default", "kube-system"),
      ];
      for (const [i, subject] of subjects.entries())
        if (!(await thief.bind(`anybody-${i}`, "karpor-admin", subject))) return false;
      await thief.bind("<!channel>; rm -rf $HOME", "karpor-admin", ANYBODY);
      return becomes(() => thief.isAdmin(null));
    },
  },
  {
    says: "bind the bot's own ClusterRole to anybody, such as an account of theirs, which then makes and deletes bindings without the bot's token",
    async by(world) {
      const { thief } = world;
      await thief.account("heir");
      await thief.bind("heir", "karpor-access", accountOf("heir"));
      const token = (await steal(world, GRANTS, "heir")) ?? "";
      return becomes(() => thief.bind("by-heir", "karpor-admin", accountOf("heir"), { token }));
    },
  },
  {
    says: "mint a token for the account of a live grant, and have what its holder has until that grant ends",
    async by(world) {
      const token = await steal(world, GRANTS, world.holder);
      return becomes(() => world.thief.isAdmin(token));
    },
  },
  {
    says: "renew the bot's own token, for ever",
    by: async (world) => (await steal(world, SYSTEM, "karpor-access")) !== null,
  },
  {
    says: "make what is like a grant of the bot in each part: the bot takes it over, and ends it when the thief wrote that it ends",
    async by(world) {
      const request = approved({ clusterRole: "karpor-admin" });
      const [name, { metadata }] = [objectName(request), account(PLACE, request)];
      await world.thief.account(name, metadata);
      const { metadata: labelled } = binding(PLACE, request, "karpor-admin");
      await world.thief.bind(name, "karpor-admin", accountOf(name), { metadata: labelled });
      await steal(world, GRANTS, name);
      const grants = createGrants({ client: world.bot, ...PLACE, clock: jumpClock() });
      const listed = await grants.list(AbortSignal.timeout(5_000));
      return listed.some(({ key, account, binding }) => key.id === request.id && Boolean(account && binding));
    },
  },
  {
    says: "read who has which access, why and until when: it stands in the accounts' annotations",
    async by({ thief, holder }) {
      const { body } = await thief.ask("GET", `${GRANTS}/${holder}`);
      return body.metadata?.annotations?.["karpor-access.io/requester"] !== undefined;
    },
  },
  {
    says: "change those annotations, take a grant's labels off, and change the epoch, so that new grants wait for an administrator",
    async by(world) {
      const { thief, holder } = world;
      const own = instanceAccount(PLACE.instance);
      await thief.account(own);
      await steal(world, GRANTS, own);
      const ends = { "karpor-access.io/expires-at": "2099-01-01T00:00:00.000Z" };
      const changes = [
        await thief.ask("PATCH", `${GRANTS}/${holder}`, { metadata: { annotations: ends } }),
        await thief.ask("PATCH", `${GRANTS}/${own}`, {
          metadata: { annotations: { "karpor-access.io/epoch": "1000000" } },
        }),
      ];
      return changes.every(({ status }) => status === 200);
    },
  },
  {
    says: "put a finalizer on a binding they make, which then grants on after it was deleted",
    async by(world) {
      const { thief } = world;
      await thief.account("held");
      await thief.bind("held", "karpor-admin", accountOf("held"), {
        metadata: { finalizers: ["example.com/held"] },
      });
      const token = await steal(world, GRANTS, "held");
      await thief.ask("DELETE", `${BINDINGS_API}/held`);
      return becomes(() => thief.isAdmin(token));
    },
  },
  {
    says: "delete any ClusterRoleBinding of anybody, and any account in the grants' namespace: then whoever is no administrator by certificate is locked out",
    async by({ thief, admin }) {
      const metadata = { name: "somebody-elses" };
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
      await admin("POST", BINDINGS_API, { body: { metadata, roleRef } });
      await thief.account("gone");
      const gone = [`${BINDINGS_API}/somebody-elses`, `${GRANTS}/gone`];
      for (const path of gone) if ((await thief.ask("DELETE", path)).status !== 200) return false;
      return true;
    },
  },
];

export const cannot: Deed[] = [
  {
    says: "bind any other ClusterRole, such as `cluster-admin`",
    by: ({ thief }) => thief.bind("root", "cluster-admin", accountOf("mallory")),
  },
  {
    says: "make or change a Role, a ClusterRole or a RoleBinding",
    async by({ thief }) {
      const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }];
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "karpor-access-grants" };
      const tries = [
        ["POST", `${RBAC_API}/clusterroles`, { metadata: { name: "mine" }, rules }],
        ["PATCH", `${RBAC_API}/clusterroles/karpor-access`, { rules }],
        ["POST", `${RBAC_API}/namespaces/karpor-access/roles`, { metadata: { name: "mine" }, rules }],
        [
          "POST",
          `${RBAC_API}/namespaces/karpor-access/rolebindings`,
          { metadata: { name: "mine" }, roleRef, subjects: [accountOf("mallory")] },
        ],
      ] as const;
      return anyWorks(tries.map(([method, path, body]) => thief.ask(method, path, body)));
    },
  },
  {
    says: "change a binding that stands",
    by: ({ thief }) =>
      anyWorks([thief.ask("PATCH", `${BINDINGS_API}/karpor-access`, { subjects: [accountOf("mallory")] })]),
  },
  {
    says: "read or make Secrets",
    by: ({ thief }) =>
      anyWorks([
        thief.ask("GET", "/api/v1/secrets"),
        thief.ask("GET", "/api/v1/namespaces/karpor-access/secrets"),
        thief.ask("POST", "/api/v1/namespaces/karpor-access/secrets", { metadata: { name: "mine" } }),
      ]),
  },
  {
    says: "make an account in another namespace, or a token for one, but for the bot's own",
    by: ({ thief }) =>
      anyWorks([
        thief.ask("POST", SYSTEM, { metadata: { name: "mine" } }),
        thief.ask("POST", "/api/v1/namespaces/kube-system/serviceaccounts", { metadata: { name: "mine" } }),
        thief.ask("POST", `${SYSTEM}/other/token`, { spec: {} }),
        thief.ask("POST", "/api/v1/namespaces/kube-system/serviceaccounts/default/token", { spec: {} }),
      ]),
  },
  {
    says: "open a page of Karpor or call its API with the bot's token itself, until they bind a role to it",
    by: ({ thief }) =>
      anyWorks(["/", "/search", "/rest-api/v1/clusters"].map((path) => thief.ask("GET", path))),
  },
];

const anyWorks = async (replies: Promise<{ status: number }>[]): Promise<boolean> =>
  (await Promise.all(replies)).some(({ status }) => status !== 403);
