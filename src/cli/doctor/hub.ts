/** The hub answers and takes the bot's credential, which is narrow and has time left; its clock is right. */
import { HubError, isDistrust, REFUSED_TOKEN } from "../../hub/errors.ts";
import { isLoggedIn } from "../../hub/grants.ts";
import { tokenAccount, tokenLife } from "../../hub/jwt.ts";
import { DAY, formatDuration } from "../../request/durations.ts";
import { type Finding, fail, type HubSide, ok, SETUP, warn } from "./finding.ts";
import { clockFinding } from "./redis.ts";

const ENDS_SOON = 14 * DAY;

export async function checkHub(side: HubSide): Promise<Finding | Finding[]> {
  const { hub } = side;
  const { server, insecure } = hub.access;
  try {
    if (!(await isLoggedIn(hub))) return fail("hub", `${server} ${REFUSED_TOKEN}`, SETUP);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return fail("hub", `${server} does not answer (${error.reason})`, adviceFor(error));
  }
  const tls = insecure
    ? warn(
        "hub tls",
        "the kubeconfig trusts any certificate: somebody in between could read the bot's token",
        "Give karpor-server --tls-cert-file, and put its CA into the kubeconfig as certificate-authority-data",
      )
    : ok("hub tls", "the hub's certificate is verified");
  return [ok("hub", `${server} answers`), tls, judgeAccount(side)];
}

const adviceFor = (error: HubError): string =>
  isDistrust(error)
    ? "If the hub has another certificate, put its CA into the kubeconfig; if not, somebody is between the bot and the hub"
    : "From where the bot runs: does karpor-server run, and may the bot reach it? Else correct hub.server or hub.portForward";

function judgeAccount({ config, clock, hub }: HubSide): Finding {
  const { token } = hub.access;
  const account = token && tokenAccount(token);
  if (!account) return warn("hub account", "the bot uses no token of an account of its own", SETUP);
  const name = `${account.namespace}/${account.name}`;
  if (account.namespace === config.hub.namespace)
    return fail(
      "hub account",
      `${name} is in the grants' namespace: it could create a one-year token for itself`,
      SETUP,
    );
  const left = (tokenLife(token)?.to ?? Number.POSITIVE_INFINITY) - clock.now();
  if (left > ENDS_SOON) return ok("hub account", `${name}, whose token the bot renews`);
  return warn(
    "hub account",
    `the token of ${name} ends in ${formatDuration(left)}, and was not renewed`,
    SETUP,
  );
}

/** The calls before it have learned the hub's clock. */
export const checkHubClock = async ({ hub }: HubSide): Promise<Finding> =>
  clockFinding("hub clock", hub.clockOffset());
