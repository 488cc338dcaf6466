/** The hub answers, takes the bot's credential, enforces RBAC, has the catalog's ClusterRoles, and agrees on the time. */
import type { Config } from "../../config.ts";
import type { Catalog } from "../../domain/catalog.ts";
import { DAY, formatDuration } from "../../domain/duration.ts";
import { mayGoUnapproved, type Rulebook } from "../../domain/policy-rule.ts";
import { isStatus } from "../../hub/client/errors.ts";
import type { HubFacts, MoreFacts } from "../../hub/client/facts.ts";
import { judgeAnonymous } from "./anonymous.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { SETUP } from "./setup-fix.ts";

const SKEW_MAX = 60_000;
const DIES_SOON = 14 * DAY;

export function judgeHub(
  facts: HubFacts,
  { hub, ...book }: Pick<Config, "hub" | "roles" | "rules">,
  now: number,
  /** Where the bot may not put a renewed kubeconfig. */
  locked: string | null = null,
): Finding[] {
  const { failure, more } = facts;
  const before = [...tls(facts), ownNamespace(facts, hub.namespace), ...credential(facts, now, locked)];
  if (failure || !more) return [unreachable(facts), ...before];
  return [
    ok("hub", `${facts.server} answers`),
    ...before,
    rbac(more),
    skew(more),
    judgeAnonymous(more.anonymous, hub),
    rights(more),
    ...judgeRoles(book, more),
  ];
}

/** The hub itself; a proxy may answer 401 as well. */
const refusesUs = (failure: HubFacts["failure"]): boolean => isStatus(failure, 401);

function unreachable({ server, failure }: HubFacts): Finding {
  // Of its own name, since a hub that restarts does not answer first, and what to do is another thing then.
  if (refusesUs(failure)) return fail("hub access", `${server} refuses the bot's credential (401)`, SETUP);
  const distrust = failure?.status === null ? DISTRUST[failure.reason] : undefined;
  if (distrust) return fail("hub", `${server} ${distrust[0]} (${failure?.reason})`, distrust[1]);
  return fail(
    "hub",
    `${server} does not answer (${failure?.message ?? "no answer"})`,
    `From where the bot runs: does ${server}/livez answer, does karpor-server run, and may the bot reach it (NetworkPolicy)? Else mend hub.server or hub.portForward`,
  );
}

const UNTRUSTED = [
  "has a certificate that the kubeconfig's authority did not sign",
  "If the hub has another certificate since: put the CA that signed it into the kubeconfig as certificate-authority-data; on Kubernetes, into the one in the bot's Secret. If not, somebody stands between the bot and the hub",
] as const;

/** TLS that fails, in Node's words. */
const DISTRUST: Partial<Record<string, readonly [message: string, fix: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_HAS_EXPIRED: ["has a certificate that has expired", "Renew it where karpor-server runs"],
  CERT_NOT_YET_VALID: [
    "has a certificate that is not valid yet",
    "timedatectl set-ntp true, on both machines",
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "has a certificate for another name",
    "Put a name that the certificate bears into the kubeconfig as tls-server-name, or into hub.server",
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    "speaks no TLS on this port",
    "Correct the port in hub.server or the kubeconfig",
  ],
};

/** Of a certificate that was never seen, or was refused, nothing is said. */
function tls({ verified, failure }: HubFacts): Finding[] {
  if (verified) return failure?.status === null ? [] : [ok("hub tls", "the hub's certificate is verified")];
  return [
    warn(
      "hub tls",
      "the kubeconfig says insecure-skip-tls-verify: whoever sits in between can read the bot's token",
      "Start karpor-server with --tls-cert-file, and put its CA into the kubeconfig as certificate-authority-data",
    ),
  ];
}

function ownNamespace({ self, certificate }: HubFacts, namespace: string): Finding {
  if (!self && certificate)
    return warn("hub account", "the bot uses a client certificate, not a narrow account of its own", SETUP);
  if (!self)
    return warn("hub account", "whose the bot's token is, and when it ends, cannot be told from it", SETUP);
  if (self.namespace !== namespace) return ok("hub account", `${self.namespace}/${self.name}`);
  return fail(
    "hub account",
    `the bot's own account stands in the grants' namespace ${namespace}: it could mint itself tokens`,
    SETUP,
  );
}

function credential({ self, failure }: HubFacts, now: number, locked: string | null): Finding[] {
  if (!self || refusesUs(failure)) return [];
  const { expiresAt, issuedAt } = self;
  if (expiresAt === null) return [ok("hub credential", "never ends")];
  const left = formatDuration(roundDown(expiresAt - now));
  if (locked !== null)
    return [
      warn(
        "hub credential",
        `${left} left, and the bot cannot renew it: it may not write to ${locked}`,
        `Let the bot's user write to ${locked}`,
      ),
    ];
  // The bot renews it at half of its life, which on some hubs is a day.
  const renewed = issuedAt !== null && now < (issuedAt + expiresAt) / 2;
  if (renewed || expiresAt - now > DIES_SOON)
    return [ok("hub credential", `${left} left; the bot renews it`)];
  return [warn("hub credential", `the bot's own token dies in ${left}, and was not renewed`, SETUP)];
}

const roundDown = (ms: number): number => (ms > DAY ? Math.floor(ms / DAY) * DAY : Math.max(ms, 0));

function rbac({ rbac }: MoreFacts): Finding {
  if (rbac === "on") return ok("hub rbac", "on");
  if (rbac === "unknown") return ok("hub rbac", "not said; a plain Kubernetes API server always has it");
  return fail(
    "hub rbac",
    "RBAC is off: every caller may do everything, and a token means nothing",
    "helm upgrade karpor kusionstack/karpor -n karpor --reuse-values --set server.enableRbac=true",
  );
}

function skew({ skew }: MoreFacts): Finding {
  const seconds = Math.round(skew / 1000);
  if (Math.abs(skew) <= SKEW_MAX) return ok("hub clock", `${seconds} s off`);
  return fail("hub clock", `the clocks differ by ${seconds} s`, "timedatectl set-ntp true, on both machines");
}

function rights({ mayList }: MoreFacts): Finding {
  const missing = [
    ...(mayList.accounts ? [] : ["list serviceaccounts"]),
    ...(mayList.bindings ? [] : ["list clusterrolebindings"]),
  ];
  if (missing.length === 0) return ok("hub rights", "may list its grants");
  return fail("hub rights", `the bot may not ${missing.join(", nor ")}`, SETUP);
}

type Book = Pick<Rulebook, "roles" | "rules">;

export const judgeRoles = (book: Book, facts: Pick<MoreFacts, "clusterRoles">): Finding[] =>
  Object.entries(book.roles).map(([name, role]) =>
    clusterRole(name, role, { ...facts, unapproved: mayGoUnapproved(name, book) }),
  );

function clusterRole(
  name: string,
  role: Catalog[string],
  { clusterRoles, unapproved }: Pick<MoreFacts, "clusterRoles"> & { unapproved: boolean },
): Finding {
  const check = `role ${name}`;
  const found = clusterRoles[role.clusterRole];
  if (!found) return fail(check, `the bot may not read ClusterRole ${role.clusterRole}`, SETUP);
  if (!found.exists)
    return fail(
      check,
      `ClusterRole ${role.clusterRole} does not exist on the hub`,
      role.rules
        ? SETUP
        : `kubectl create clusterrole ${role.clusterRole} …, on the hub; or mend roles.${name}`,
    );
  if (unapproved && found.moreThanGet && !role.autoApproveWrites)
    return fail(
      check,
      `${role.approval === "none" ? "approval: none" : "a rule"} gives ${role.clusterRole}, which allows more than to get the paths it names, without anybody's approval`,
      `${role.approval === "none" ? `Name approvers in roles.${name}.approval` : `Name other roles in the rules that approve ${name}`}, or say autoApproveWrites: true in roles.${name}`,
    );
  if (!found.login)
    return warn(
      check,
      `ClusterRole ${role.clusterRole} lacks get on /rest-api/v1/authn: its tokens cannot log in to the dashboard`,
      `Add /rest-api/v1/authn to its rules`,
    );
  return ok(check, role.clusterRole);
}
