/** With hub.gateway: without a token nothing comes through it, with one everything, and no way leads past it. */
import { request } from "undici";
import type { Config } from "../../config.ts";
import { mayStream, STREAM } from "../../hub/anonymous.ts";
import { USER_AGENT } from "../../hub/connection.ts";
import { isDistrust, noAnswer } from "../../hub/errors.ts";
import { nullIfAbsent } from "../../hub/grants.ts";
import { SECOND } from "../../request/durations.ts";
import type { Secret } from "../../request/secret.ts";
import { clusterRolesIn } from "../hub/objects.ts";
import { type Finding, fail, type HubSide, ok, warn } from "./finding.ts";

const GATEWAY_CHECK = "gateway";
const CLOSE_AGAIN = "npm run setup -- --close-anonymous, again after each new role";
const COOKIE = "__Host-karpor_token";
const READ_PATH = "/rest-api/v1/clusters";
const TIMEOUT = 5 * SECOND;

export async function checkGateway(side: HubSide): Promise<Finding[]> {
  const { gateway, dashboard } = side.config.hub;
  if (!gateway) return [];
  const outside = await checkOutside(dashboard).catch((error: unknown) => [unreachable(dashboard, error)]);
  return [...outside, await checkStreams(side), judgeWayBeside(side)];
}

/** As a browser without a token. */
async function checkOutside(dashboard: string): Promise<Finding[]> {
  const pages = await checkPages(dashboard);
  return pages.level === "fail" ? [pages] : [pages, await checkReads(dashboard)];
}

async function checkPages(dashboard: string): Promise<Finding> {
  const { status } = await askGateway(dashboard, "/login");
  if (status !== 200)
    return fail(
      GATEWAY_CHECK,
      `${dashboard} answers ${status} where the dashboard's login should be`,
      "See that hub.dashboard is the gateway, and that it reaches karpor-server",
    );
  const login = await askGateway(dashboard, "/access/login");
  if (login.status !== 200 || !login.text.includes(COOKIE))
    return fail(
      GATEWAY_CHECK,
      `${dashboard} has not the page /access/login, where Open Karpor in the DM leads`,
      "Put deploy/gateway before the dashboard, or take hub.gateway out of the configuration",
    );
  if (dashboard.startsWith("http:"))
    return warn(
      GATEWAY_CHECK,
      `${dashboard} is not encrypted: browsers keep no cookie there, so pod logs, events and AI stay shut`,
      "Give the gateway a certificate, and hub.dashboard its https address",
    );
  return ok(GATEWAY_CHECK, `${dashboard} has the page that logs in`);
}

async function checkReads(dashboard: string): Promise<Finding> {
  const { status } = await askGateway(dashboard, READ_PATH);
  if (isRefusal(status)) return ok("gateway reads", "refused without a token");
  if (status >= 500)
    return fail(
      "gateway reads",
      `${dashboard} answers ${status} without a token`,
      "See that the gateway reaches karpor-server",
    );
  return fail(
    "gateway reads",
    `${READ_PATH} needs no token: the gateway protects nothing until reads are closed`,
    CLOSE_AGAIN,
  );
}

/** While `anonymous` is open everybody has these, and nobody misses them in a role. */
async function checkStreams({ config, hub }: HubSide): Promise<Finding> {
  const roles = await Promise.all(
    clusterRolesIn(config).map((name) =>
      hub.call(({ rbac }) => rbac.readClusterRole({ name })).catch(nullIfAbsent(name)),
    ),
  );
  const shut = roles.flatMap((role) => (role && !mayStream(role.rules ?? []) ? [role.metadata?.name] : []));
  if (shut.length === 0) return ok("gateway roles", "each opens pod logs, events and AI");
  return warn("gateway roles", `no rule opens pod logs, events and AI in ${shut.join(", ")}`, CLOSE_AGAIN);
}

/** Only its neighbours know such a name. Who reaches another address the network alone knows. */
const INSIDE = /^[^.:]+$|\.svc(\.cluster\.local)?$|^127\./;

function judgeWayBeside({ config, hub }: HubSide): Finding {
  const { portForward, dashboard } = config.hub;
  const server = new URL(hub.access.server);
  if (portForward || INSIDE.test(server.hostname) || server.host === new URL(dashboard).host)
    return ok("gateway beside", "no other way to the hub is known");
  return warn(
    "gateway beside",
    `the bot reaches the hub at ${server.origin}: who reaches that too goes round the gateway`,
    "Let only the gateway and the bot reach it: a Service of type ClusterIP, a NetworkPolicy, a firewall",
  );
}

/** `--canary`: a holder's browser with the dashboard's header, and with the page's cookie alone. */
export async function tryGateway({ hub }: Config, token: Secret): Promise<Finding[]> {
  if (!hub.gateway) return [];
  try {
    const bearer = { authorization: `Bearer ${token.reveal()}` };
    const cookie = { cookie: `${COOKIE}=${token.reveal()}`, "sec-fetch-site": "same-origin" };
    const read = await askGateway(hub.dashboard, READ_PATH, bearer);
    // The AI's streams are POSTs; as nobody's it does nothing.
    const stream = await askGateway(hub.dashboard, STREAM, cookie, "POST");
    return [
      isPassed(read.status)
        ? ok("canary gateway", "a token reads through it")
        : fail(
            "canary gateway",
            `with a token ${READ_PATH} answers ${read.status}`,
            "See that the gateway passes Authorization on, and that the first role may read",
          ),
      isPassed(stream.status)
        ? ok("canary streams", "the cookie alone opens pod logs, events and AI")
        : fail(
            "canary streams",
            `with the cookie alone pod logs, events and AI answer ${stream.status}`,
            "npm run setup -- --close-anonymous gives them to each role; then see that the gateway is deploy/gateway",
          ),
    ];
  } catch (error) {
    return [unreachable(hub.dashboard, error)];
  }
}

const isRefusal = (status: number): boolean => status === 401 || status === 403;
/** Karpor has no cluster of the stream's name: it says so to who may ask. */
const isPassed = (status: number): boolean => !isRefusal(status) && status < 500;

function unreachable(dashboard: string, error: unknown): Finding {
  const failure = noAnswer(`GET ${dashboard}`, error);
  const { reason } = failure;
  if (isDistrust(failure))
    return fail(
      GATEWAY_CHECK,
      `the certificate of ${dashboard} is not trusted (${reason})`,
      "Give the gateway one that browsers trust; of your own CA: NODE_EXTRA_CA_CERTS=ca.pem before this command",
    );
  return fail(
    GATEWAY_CHECK,
    `${dashboard} does not answer (${reason})`,
    "Does the gateway run, and does hub.dashboard lead to it from here?",
  );
}

/** Trusts whom Node trusts. A redirect is an answer: it would carry the token elsewhere. */
async function askGateway(
  dashboard: string,
  path: string,
  headers: Record<string, string> = {},
  method: "GET" | "POST" = "GET",
) {
  const answer = await request(dashboard.replace(/\/+$/, "") + path, {
    method,
    headers: { "user-agent": USER_AGENT, ...headers },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}
