/** `setup --close-anonymous`: Karpor's role `anonymous` is cut to the pages; `--open-anonymous` gives it its rules back. */
import { anonymousReads, STREAM_RULE } from "../../hub/anonymous.ts";
import { isEnforcing } from "../../hub/facts.ts";
import { Binding } from "../../hub/grants.ts";
import { BINDINGS_PATH, listPages } from "../../hub/lists.ts";
import { PREFIX } from "../../hub/names.ts";
import { type HubCalls, lookUntilNone } from "../hub/calls.ts";
import { UsageError } from "../options.ts";
import type { SetupContext } from "./administrator.ts";
import {
  changeRole,
  describeChange,
  isChanged,
  type RoleChange,
  RoleRules,
  readClusterRole,
  roleTitle,
  writeClusterRole,
} from "./cluster-roles.ts";
import { mayWrite } from "./options.ts";
import { giveStreams, takeStreams } from "./streams.ts";

/** Keeps the rules as they were before they were cut. */
const BEFORE = `${PREFIX}rules-before`;

/** Without these nobody gets as far as the login. */
const PAGES_RULE = {
  verbs: ["get"],
  nonResourceURLs: [
    "/",
    "/login",
    "/public/*",
    "/docs/*",
    "/endpoints",
    "/server-configs",
    "/livez",
    "/readyz",
    "/search",
    "/search/*",
    "/insight",
    "/insight/*",
    "/insightDetail",
    "/insightDetail/*",
    "/cluster",
    "/cluster/*",
  ],
};

/** Throws HubError, UsageError, or one sentence that says what to do. */
export async function changeAnonymous(context: SetupContext): Promise<void> {
  const { config, options, means, hub } = context;
  const isClosing = options.action === "close-anonymous";
  if (config.hub.gateway && options["keep-streams"])
    throw new UsageError(
      "--keep-streams does not go with hub.gateway: through it whoever has access sees pod logs, events and AI anyway.",
    );
  if (!(await isEnforcing(hub)))
    throw new Error(
      "RBAC is off on the hub, so no role counts: set server.enableRbac=true in Karpor's chart first.",
    );
  const changes = await changeStreams(context);
  // It comes last: what was interrupted goes on when it is run again.
  changes.push(await changeAnonymousRole(context));
  for (const { after } of changes.filter((one) => !isChanged(one)))
    means.say(`  unchanged  ${roleTitle(after)}`);
  await applyChanges(context, changes.filter(isChanged));
  if (isClosing && !options["dry-run"]) await assertClosed(context);
}

async function changeStreams({ config, options, hub }: SetupContext): Promise<RoleChange[]> {
  if (options.action === "open-anonymous") return takeStreams(hub);
  return config.hub.gateway ? giveStreams(hub, config) : [];
}

async function changeAnonymousRole({ hub, options }: SetupContext): Promise<RoleChange> {
  const role = await readClusterRole(
    hub,
    "anonymous",
    "karpor-server makes it at its next start. Restart it first.",
  );
  const { [BEFORE]: before, ...annotations } = role.metadata.annotations;
  if (options.action === "close-anonymous") {
    const kept = { ...annotations, [BEFORE]: before ?? JSON.stringify(role.rules) };
    return changeRole(role, kept, options["keep-streams"] ? [PAGES_RULE, STREAM_RULE] : [PAGES_RULE]);
  }
  if (before === undefined)
    throw new Error(
      "ClusterRole anonymous was not closed by setup. As Karpor makes it: delete it on the hub, and restart karpor-server.",
    );
  return changeRole(role, annotations, RoleRules.parse(JSON.parse(before)));
}

async function applyChanges(context: SetupContext, changes: RoleChange[]): Promise<void> {
  const { options, means, hub } = context;
  if (changes.length === 0) return;
  for (const change of changes) means.say(describeChange(change));
  means.say(describeEffect(context));
  if (!(await mayWrite(options, means, "Go on?"))) return;
  for (const { after } of changes) {
    await writeClusterRole(hub, after);
    means.say(`  updated    ${roleTitle(after)}`);
  }
}

function describeEffect({ config, options }: SetupContext): string {
  if (options.action === "open-anonymous")
    return "Everybody who reaches the hub reads without a token again: a guest's token protects nothing.";
  const streams = config.hub.gateway
    ? "Pod logs, events and AI are shown to whoever has access, through the gateway."
    : "Pod logs, events and AI, which it asks for without its token, are shown to nobody, unless --keep-streams leaves them open to everybody.";
  return `Without a token the dashboard shows its login and nothing else. ${streams} Undone by --open-anonymous.`;
}

async function assertClosed({ means, options, hub }: SetupContext): Promise<void> {
  const open = await lookUntilNone(means.clock, async () => {
    const { reads, streams } = await anonymousReads(hub);
    return options["keep-streams"] ? reads : [...reads, ...streams];
  });
  if (open.length === 0) return means.say("  closed     the hub refuses what comes without a token");
  throw new Error(
    `ClusterRole anonymous is cut, and the hub still answers ${open.join(", ")} without a token, because of another binding ` +
      `for those without one: ${(await bindingsForNobody(hub)) || "none was found"}. Delete it on the hub (kubectl delete clusterrolebinding NAME), then run this again.`,
  );
}

/** Karpor's own, and Kubernetes' own for /healthz and /version. */
const USUAL_ROLES = ["anonymous", "system:public-info-viewer"];
/** Everybody without a token. */
const NO_USERS = ["User system:anonymous", "Group system:unauthenticated"];

/** The ClusterRoleBindings for those without a token, beside the usual ones. */
async function bindingsForNobody(hub: HubCalls): Promise<string> {
  return (await listPages(hub, BINDINGS_PATH, "", Binding)).items
    .filter(({ subjects }) => subjects?.some(({ kind, name }) => NO_USERS.includes(`${kind} ${name}`)))
    .filter(({ roleRef }) => !USUAL_ROLES.includes(roleRef.name))
    .map(({ metadata, roleRef }) => `${metadata.name} (ClusterRole ${roleRef.name})`)
    .join(", ");
}
