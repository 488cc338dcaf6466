/** `setup --close-anonymous` and `--open-anonymous`: what Karpor's role `anonymous` opens to whoever shows no token, cut to the pages, and given back. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { ANONYMOUS, beyond, cutRules } from "../../domain/anonymous.ts";
import { SECOND } from "../../domain/duration.ts";
import { isWithin } from "../../domain/rights.ts";
import { lookAtAnonymous } from "../../hub/client/anonymous.ts";
import { objectsAt } from "../../hub/client/objects.ts";
import { rbacOf } from "../../hub/client/rbac.ts";
import { BINDINGS_PATH } from "../../hub/grants/find.ts";
import { PREFIX } from "../../hub/grants/names.ts";
import { rightsOf } from "../../hub/grants/roles.ts";
import { read, readIfThere } from "./answer.ts";
import type { SetupContext } from "./index.ts";

const PATH = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${ANONYMOUS}`;
/** Keeps the rules as they were before they were cut. */
const BEFORE = `${PREFIX}/rules-before`;

const Rules = z.array(
  z.looseObject({
    verbs: z.array(z.string()),
    nonResourceURLs: z.array(z.string()).optional(),
    apiGroups: z.array(z.string()).optional(),
    resources: z.array(z.string()).optional(),
    resourceNames: z.array(z.string()).optional(),
  }),
);
const Role = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  rules: Rules.nullish().transform((rules) => rules ?? []),
});
type Role = z.infer<typeof Role>;

/** Throws HubError, or one sentence that says what to do. */
export async function changeAnonymous(context: SetupContext): Promise<void> {
  const { options, means } = context;
  await assertEnforced(context);
  const role = await readRole(context);
  const wanted = options.anonymous === "open" ? opened(role) : closed(role, options);
  if (isDeepStrictEqual(wanted, role)) means.say(`  unchanged  ClusterRole ${ANONYMOUS}`);
  else {
    for (const right of beyond(role.rules, wanted.rules)) means.say(`  close      ${right}`);
    for (const right of beyond(wanted.rules, role.rules)) means.say(`  open       ${right}`);
    for (const line of meaning(options)) means.say(`             ${line}`);
    if (options.dryRun) return means.say("\nNothing was changed.");
    if (!(await means.confirm("Go on?"))) throw new Error("Nothing was changed.");
    await write(context, wanted);
    means.say(`  updated    ClusterRole ${ANONYMOUS}`);
  }
  if (options.anonymous === "close" && !options.dryRun) await assertClosed(context);
}

async function assertEnforced({ client }: SetupContext): Promise<void> {
  if (rbacOf(await client.request("/server-configs", { as: "nobody" })) === "off")
    throw new Error(
      "RBAC is off on the hub: everybody may do everything, whatever a role says. First: helm upgrade karpor kusionstack/karpor -n karpor --reuse-values --set server.enableRbac=true",
    );
}

async function readRole({ client }: SetupContext): Promise<Role> {
  const answer = await client.request(PATH);
  const role = readIfThere(`read ClusterRole ${ANONYMOUS}`, answer, ANONYMOUS, Role);
  if (role) return role;
  throw new Error(
    `There is no ClusterRole ${ANONYMOUS} on the hub: karpor-server makes it at its next start, open. Restart it, then run this again.`,
  );
}

/** With the resourceVersion that was read: a change by others meanwhile is a conflict, never lost. */
async function write({ client }: SetupContext, role: Role): Promise<void> {
  const answer = await client.request(PATH, { method: "PUT", body: role });
  read(`update ClusterRole ${ANONYMOUS}`, answer, 200, Role);
}

function closed(role: Role, how: { keepStreams: boolean }): Role {
  const before = beforeOf(role);
  // Whoever opened it by hand since then has the last word on what is given back.
  const whole = before && beyond(role.rules, before).length === 0 ? before : role.rules;
  const rules = cutRules(whole, how) as Role["rules"];
  return isDeepStrictEqual(rules, role.rules) ? role : annotated({ ...role, rules }, JSON.stringify(whole));
}

function opened(role: Role): Role {
  const before = beforeOf(role);
  if (before) return annotated({ ...role, rules: before }, null);
  throw new Error(
    `ClusterRole ${ANONYMOUS} was not closed by setup, so what it gave before is not known. As Karpor makes it: kubectl delete clusterrole ${ANONYMOUS}, on the hub, and restart karpor-server.`,
  );
}

function beforeOf({ metadata }: Role): Role["rules"] | null {
  const text = metadata.annotations[BEFORE];
  return text === undefined ? null : Rules.parse(JSON.parse(text));
}

function annotated(role: Role, before: string | null): Role {
  const { [BEFORE]: _, ...others } = role.metadata.annotations;
  const annotations = before === null ? others : { ...others, [BEFORE]: before };
  return { ...role, metadata: { ...role.metadata, annotations } };
}

type How = Pick<SetupContext["options"], "anonymous" | "keepStreams">;

const meaning = ({ anonymous, keepStreams }: How): string[] =>
  anonymous === "open"
    ? ["Whoever reaches the hub reads without a token again: a guest's token protects nothing then."]
    : [
        "Without a token the dashboard shows its login, and nothing is read. With one it works as before,",
        ...(keepStreams
          ? ["and pod logs, events and AI stay open to whoever reaches the hub, with a token or without."]
          : [
              "except pod logs, events and AI: it asks for those without its token, so nobody sees them there.",
              "With --keep-streams they stay, open to whoever reaches the hub.",
            ]),
        "An upgrade of Karpor leaves it so; a new etcd does not. hub.anonymous: closed has it watched.",
        "Undone by npm run setup -- --open-anonymous.",
      ];

/** A hub of several replicas takes a moment to know a role that changed. */
const IN_FORCE_WITHIN_MS = 10 * SECOND;
const LOOK_EVERY_MS = 250;

async function assertClosed(context: SetupContext): Promise<void> {
  const { client, means, options } = context;
  for (const late = means.clock.now() + IN_FORCE_WITHIN_MS; ; await means.clock.sleep(LOOK_EVERY_MS)) {
    const { reads, open, streams } = await lookAtAnonymous(client);
    if (reads === false && (streams === false || options.keepStreams))
      return means.say("  closed     the hub refuses whoever shows no token");
    if (means.clock.now() > late) throw new Error(await whyOpen(context, open));
  }
}

const reading = (path: string) => [{ verbs: ["get"], nonResourceURLs: [path] }];
const NOBODY = new Set(["User system:anonymous", "Group system:unauthenticated"]);

async function whyOpen({ client }: SetupContext, open: readonly string[]): Promise<string> {
  const { signal } = new AbortController();
  const others: string[] = [];
  for await (const { metadata, roleRef, subjects } of objectsAt(client, BINDINGS_PATH))
    if (roleRef && subjects?.some(({ kind, name }) => NOBODY.has(`${kind} ${name}`))) {
      const rights = (await rightsOf(client, roleRef.name, signal)) ?? [];
      if (open.some((path) => isWithin(reading(path), rights))) others.push(metadata.name);
    }
  const by = others.length > 0 ? `, by ClusterRoleBinding ${others.join(", ")}` : "";
  return `ClusterRole ${ANONYMOUS} is cut, and the hub still answers whoever shows no token${by}: take that away, then run this again.`;
}
