/** `setup --close-anonymous`: Karpor's role `anonymous` is cut to the pages; `--open-anonymous` gives it its rules back. */
import { z } from "zod";
import { anonymousReads, STREAM_RULE } from "../../hub/anonymous.ts";
import { readAnswer } from "../../hub/errors.ts";
import { isEnforcing } from "../../hub/facts.ts";
import { PREFIX } from "../../hub/names.ts";
import { SECOND } from "../../request/durations.ts";
import type { HubCalls } from "../hub/calls.ts";
import { UsageError } from "../options.ts";
import {
  type ClusterRole,
  describeChange,
  isChanged,
  type RoleChange,
  Rules,
  readClusterRole,
  titleOf,
  writeClusterRole,
} from "./cluster-roles.ts";
import type { SetupContext } from "./own-kubeconfig.ts";
import { giveStreams, takeStreams } from "./streams.ts";

/** Keeps the rules as they were before they were cut. */
const BEFORE = `${PREFIX}rules-before`;
const IN_FORCE_WITHIN = 10 * SECOND;

/** Without these nobody gets as far as the login. */
const PAGES = {
  verbs: ["get"],
  nonResourceURLs: [
    ...["/", "/login", "/public/*", "/docs/*", "/endpoints", "/server-configs", "/livez", "/readyz"],
    ...["/search", "/search/*", "/insight", "/insight/*", "/insightDetail", "/insightDetail/*"],
    ...["/cluster", "/cluster/*"],
  ],
};

/** Throws HubError, UsageError, or one sentence that says what to do. */
export async function changeAnonymous(context: SetupContext): Promise<void> {
  const { config, options, means, administrator } = context;
  const isClosing = options.action === "close-anonymous";
  if (config.hub.gateway && options["keep-streams"])
    throw new UsageError(
      "--keep-streams does not go with hub.gateway: through it whoever has access sees pod logs, events and AI anyway.",
    );
  if (!(await isEnforcing(administrator.hub.client)))
    throw new Error(
      "RBAC is off on the hub, so no role counts: set server.enableRbac=true in Karpor's chart first.",
    );
  const changes = await (isClosing ? closingChanges(context) : openingChanges(context));
  for (const { after } of changes.filter((one) => !isChanged(one)))
    means.say(`  unchanged  ${titleOf(after)}`);
  await applyChanges(context, changes.filter(isChanged));
  if (isClosing && !options["dry-run"]) await assertClosed(context);
}

/** `anonymous` comes last: what was interrupted goes on when it is run again. */
async function closingChanges({ config, options, administrator }: SetupContext): Promise<RoleChange[]> {
  const { hub } = administrator;
  const given = config.hub.gateway ? await giveStreams(hub, config) : [];
  const before = await readAnonymous(hub);
  return [...given, { before, after: closed(before, options["keep-streams"] ?? false) }];
}

async function openingChanges({ administrator }: SetupContext): Promise<RoleChange[]> {
  const before = await readAnonymous(administrator.hub);
  return [...(await takeStreams(administrator.hub)), { before, after: opened(before) }];
}

async function applyChanges(context: SetupContext, changes: RoleChange[]): Promise<void> {
  const { options, means, administrator } = context;
  if (changes.length === 0) return;
  for (const change of changes) means.say(describeChange(change));
  means.say(whatFollows(context));
  if (options["dry-run"]) return means.say("\nNothing was changed.");
  if (!options.yes && !(await means.confirm("Go on?"))) throw new Error("Nothing was changed.");
  for (const { after } of changes) {
    await writeClusterRole(administrator.hub, after);
    means.say(`  updated    ${titleOf(after)}`);
  }
}

function whatFollows({ config, options }: SetupContext): string {
  if (options.action === "open-anonymous")
    return "Everybody who reaches the hub reads without a token again: a guest's token protects nothing.";
  const streams = config.hub.gateway
    ? "Pod logs, events and AI are shown to whoever has access, through the gateway."
    : "Pod logs, events and AI, which it asks for without its token, are shown to nobody, unless --keep-streams leaves them open to everybody.";
  return `Without a token the dashboard shows its login and nothing else. ${streams} Undone by --open-anonymous.`;
}

const readAnonymous = (hub: HubCalls): Promise<ClusterRole> =>
  readClusterRole(hub, "anonymous", "karpor-server makes it at its next start. Restart it first.");

function closed(role: ClusterRole, keepStreams: boolean): ClusterRole {
  const { annotations } = role.metadata;
  const before = annotations[BEFORE] ?? JSON.stringify(role.rules);
  const metadata = { ...role.metadata, annotations: { ...annotations, [BEFORE]: before } };
  return { ...role, metadata, rules: keepStreams ? [PAGES, STREAM_RULE] : [PAGES] };
}

function opened(role: ClusterRole): ClusterRole {
  const { [BEFORE]: before, ...annotations } = role.metadata.annotations;
  if (before === undefined)
    throw new Error(
      "ClusterRole anonymous was not closed by setup. As Karpor makes it: delete it on the hub, and restart karpor-server.",
    );
  return { ...role, rules: Rules.parse(JSON.parse(before)), metadata: { ...role.metadata, annotations } };
}

/** A hub of several replicas needs a moment to know a role that changed. */
async function assertClosed({ means, options, administrator }: SetupContext): Promise<void> {
  for (const late = means.clock.now() + IN_FORCE_WITHIN; ; await means.clock.sleep(250)) {
    const { reads, streams } = await anonymousReads(administrator.hub.client);
    const open = options["keep-streams"] ? reads : [...reads, ...streams];
    if (open.length === 0) return means.say("  closed     the hub refuses what comes without a token");
    if (means.clock.now() > late) throw new Error(await stillOpen(administrator.hub, open));
  }
}

async function stillOpen(hub: HubCalls, paths: string[]): Promise<string> {
  const others = await bindingsForNobody(hub);
  const found = others.map(({ name, role }) => `${name} (ClusterRole ${role})`).join(", ");
  return (
    `ClusterRole anonymous is cut, and the hub still answers ${paths.join(", ")} without a token, because of another binding ` +
    `for those without one: ${found || "none was found"}. Delete it on the hub (kubectl delete clusterrolebinding NAME), then run this again.`
  );
}

const Bindings = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      roleRef: z.object({ name: z.string() }),
      subjects: z.array(z.object({ kind: z.string(), name: z.string() })).nullish(),
    }),
  ),
});
/** Kubernetes' own, for /healthz and /version. */
const PUBLIC_INFO = "system:public-info-viewer";

/** ClusterRoleBindings, beside Karpor's own, that are for those without a token. */
async function bindingsForNobody(hub: HubCalls): Promise<{ name: string; role: string }[]> {
  const answer = await hub.ask("GET", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings");
  return readAnswer("list ClusterRoleBindings", Bindings, answer)
    .items.filter(({ subjects }) =>
      subjects?.some(
        ({ kind, name }) =>
          (kind === "User" && name === "system:anonymous") ||
          (kind === "Group" && name === "system:unauthenticated"),
      ),
    )
    .map(({ metadata, roleRef }) => ({ name: metadata.name, role: roleRef.name }))
    .filter(({ role }) => role !== "anonymous" && role !== PUBLIC_INFO);
}
