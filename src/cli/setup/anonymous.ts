/** `setup --close-anonymous`: Karpor's role `anonymous` is cut to the pages; `--open-anonymous` gives it its rules back. */
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { z } from "zod";
import { anonymousReads } from "../../hub/anonymous.ts";
import { isReason, readAnswer } from "../../hub/errors.ts";
import { isEnforcing } from "../../hub/facts.ts";
import { PREFIX } from "../../hub/names.ts";
import { SECOND } from "../../request/durations.ts";
import type { SetupContext } from "./own-kubeconfig.ts";

const PATH = "/apis/rbac.authorization.k8s.io/v1/clusterroles/anonymous";
/** Keeps the rules as they were before they were cut. */
const BEFORE = `${PREFIX}rules-before`;
const IN_FORCE_WITHIN = 10 * SECOND;

const Rules = z.array(
  z.looseObject({ verbs: z.array(z.string()), nonResourceURLs: z.array(z.string()).default([]) }),
);
const Role = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  rules: Rules.nullish().transform((rules) => rules ?? []),
});
type Role = z.infer<typeof Role>;

/** Without these nobody gets as far as the login. */
const PAGES = {
  verbs: ["get"],
  nonResourceURLs: [
    ...["/", "/login", "/public/*", "/docs/*", "/endpoints", "/server-configs", "/livez", "/readyz"],
    ...["/search", "/search/*", "/insight", "/insight/*", "/insightDetail", "/insightDetail/*"],
    ...["/cluster", "/cluster/*"],
  ],
};
/** Pod logs, events and AI, which the dashboard asks for without its token. */
const STREAMS = {
  verbs: ["*"],
  nonResourceURLs: ["aggregator", "issue", "yaml"].map((part) => `/rest-api/v1/insight/${part}/*`),
};

/** Throws HubError, or one sentence that says what to do. */
export async function changeAnonymous(context: SetupContext): Promise<void> {
  const { options, means, administrator } = context;
  const { hub } = administrator;
  const isClosing = options.action === "close-anonymous";
  if (!(await isEnforcing(hub.client)))
    throw new Error(
      "RBAC is off on the hub, so no role counts: set server.enableRbac=true in Karpor's chart first.",
    );
  const role = await readRole(context);
  const wanted = isClosing ? closed(role, options["keep-streams"] ?? false) : opened(role);
  if (isDeepStrictEqual(wanted.rules, role.rules)) means.say("  unchanged  ClusterRole anonymous");
  else {
    means.say(stringify({ rules: wanted.rules }));
    means.say(isClosing ? CLOSED : OPENED);
    if (options["dry-run"]) return means.say("\nNothing was changed.");
    if (!options.yes && !(await means.confirm("Go on?"))) throw new Error("Nothing was changed.");
    await hub.ask("PUT", PATH, wanted);
    means.say("  updated    ClusterRole anonymous");
  }
  if (isClosing && !options["dry-run"]) await assertClosed(context);
}

const OPENED = "Everybody who reaches the hub reads without a token again: a guest's token protects nothing.";
const CLOSED =
  "Without a token the dashboard shows its login and nothing else. Pod logs, events and AI, which it asks for without " +
  "its token, are shown to nobody, unless --keep-streams leaves them open to everybody. Undone by --open-anonymous.";

async function readRole({ administrator }: SetupContext): Promise<Role> {
  try {
    return readAnswer("read ClusterRole anonymous", Role, await administrator.hub.ask("GET", PATH));
  } catch (error) {
    if (!isReason(error, "NotFound")) throw error;
    throw new Error(
      "The hub has no ClusterRole anonymous: karpor-server makes it at its next start. Restart it first.",
    );
  }
}

function closed(role: Role, keepStreams: boolean): Role {
  const { annotations } = role.metadata;
  const before = annotations[BEFORE] ?? JSON.stringify(role.rules);
  const metadata = { ...role.metadata, annotations: { ...annotations, [BEFORE]: before } };
  return { ...role, metadata, rules: keepStreams ? [PAGES, STREAMS] : [PAGES] };
}

function opened(role: Role): Role {
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
    if (means.clock.now() > late)
      throw new Error(
        `ClusterRole anonymous is cut, and the hub still answers ${open.join(", ")} without a token: another binding ` +
          "names system:anonymous or system:unauthenticated (kubectl get clusterrolebindings -o wide). Delete it, then run this again.",
      );
  }
}
