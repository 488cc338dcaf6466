/** The hub answers and takes the bot's credential, which is narrow and has time left. */
import { HubError, isDistrust, REFUSED_TOKEN } from "../../hub/errors.ts";
import { isLoggedIn } from "../../hub/grants.ts";
import { tokenAccount, tokenLife } from "../../hub/jwt.ts";
import { DAY, formatDuration } from "../../request/durations.ts";
import { type Finding, fail, type HubSide, ok, SETUP, warn } from "./finding.ts";

const ENDS_SOON = 14 * DAY;

export async function checkHub(side: HubSide): Promise<Finding[]> {
  const { access, client } = side.hub;
  try {
    if (!(await isLoggedIn(client))) return [fail("hub", `${access.server} ${REFUSED_TOKEN}`, SETUP)];
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return [fail("hub", `${access.server} does not answer (${error.reason})`, adviceFor(error))];
  }
  const tls = access.insecure
    ? warn(
        "hub tls",
        "the kubeconfig trusts any certificate: somebody in between could read the bot's token",
        "Give karpor-server --tls-cert-file, and put its CA into the kubeconfig as certificate-authority-data",
      )
    : ok("hub tls", "the hub's certificate is verified");
  return [ok("hub", `${access.server} answers`), tls, accountFinding(side)];
}

const adviceFor = (error: HubError): string =>
  isDistrust(error)
    ? "If the hub has another certificate, put its CA into the kubeconfig; if not, somebody is between the bot and the hub"
    : "From where the bot runs: does karpor-server run, and may the bot reach it? Else correct hub.server or hub.portForward";

function accountFinding({ config, clock, hub }: HubSide): Finding {
  const { token } = hub.access;
  const account = token && tokenAccount(token);
  if (!token || !account) return warn("hub account", "the bot uses no token of an account of its own", SETUP);
  const name = `${account.namespace}/${account.name}`;
  if (account.namespace === config.hub.namespace)
    return fail(
      "hub account",
      `${name} is in the grants' namespace: it could create a one-year token for itself`,
      SETUP,
    );
  const endsAt = tokenLife(token)?.to ?? Number.POSITIVE_INFINITY;
  if (endsAt - clock.now() > ENDS_SOON) return ok("hub account", `${name}, whose token the bot renews`);
  const left = formatDuration(endsAt - clock.now());
  return warn("hub account", `the token of ${name} ends in ${left}, and was not renewed`, SETUP);
}
