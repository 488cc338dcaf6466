/** The bot's own kubeconfig: a token of its account, proved before it is written to where the bot reads it. */
import { clusterRolesOf } from "../../domain/catalog.ts";
import { SECOND } from "../../domain/duration.ts";
import { nameWritesBy } from "../../http/hub-audit/own-looks.ts";
import { openHub } from "../../hub/client/access.ts";
import { createHubClient } from "../../hub/client/client.ts";
import { isDistrust } from "../../hub/client/errors.ts";
import { lookAtOwnAccess } from "../../hub/client/own-access.ts";
import { identityOf } from "../../hub/kubeconfig/identity.ts";
import { parseKubeconfig } from "../../hub/kubeconfig/kubeconfig.ts";
import { type KubeconfigSource, textSource } from "../../hub/kubeconfig/source.ts";
import { fileSource } from "../../hub/kubeconfig/source-file.ts";
import { IN_CLUSTER_SECRET } from "../../hub/settings.ts";
import { checkRights } from "../checks/rights.ts";
import { inContext, kubectl } from "../shell.ts";
import { botAccount } from "./accounts.ts";
import type { SetupContext } from "./index.ts";
import { mintOwn, narrowKubeconfig } from "./narrow.ts";
import { kubeconfigPath, ownStanding, type Standing } from "./standing.ts";

/** A hub of several replicas takes a moment to know a new binding. */
const IN_FORCE_WITHIN_MS = 10 * SECOND;
const LOOK_EVERY_MS = 250;
const not = () => false;

/** `to`: where the bot reads it, and it was read from there; a file when left out. Throws HubError, or one sentence that says what to do; then nothing was written. */
export async function writeOwn(
  context: SetupContext,
  generation: number,
  to?: KubeconfigSource,
): Promise<void> {
  const { config, client, source, means } = context;
  const own = botAccount(config.hub.namespace, generation);
  const { token, expiresAt } = await mintOwn(client, own);
  const standing = to ? [] : await ownStanding(context);
  const { name, access } = await likeStanding(to ?? source, standing);
  const text = narrowKubeconfig(access, token);
  await prove(context, text, { isNew: to === undefined, as: name });
  const path = kubeconfigPath(context);
  const place = to ?? fileSource(path);
  await place.save?.(text);
  const until = new Date(expiresAt).toISOString().slice(0, 10);
  means.say(
    `  wrote      ${place.name}${to ? "" : ": mode 600"}, the token of ${own.namespace}/${own.name} until ${until}, which the bot renews`,
  );
  if (to) return;
  means.say(`             ${intoSecret(context, path)}`);
  if (access.insecure && standing.length === 0) means.say(`             ${TRUSTS_ANY}`);
  for (const warning of access.warnings) means.say(`  warn       ${warning}`);
}

const TRUSTS_ANY =
  "it trusts any certificate: where the one in that Secret has the hub's CA, put that into it first";

/** Where the hub is, and whom to trust: one that stands keeps its authority, for the administrator's may trust any certificate. `name`: what says so. */
async function likeStanding(
  like: KubeconfigSource,
  standing: readonly Standing[],
): Promise<Pick<Standing, "name" | "access">> {
  const { name, foreign, directory } = like;
  // Its own address: hub.server and hub.portForward lead to it each time anew.
  const access = parseKubeconfig(await like.read(), { foreign, directory });
  const trusting = access.insecure ? standing.find((one) => !one.access.insecure) : undefined;
  if (!trusting) return { name, access };
  return { name: trusting.name, access: { ...trusting.access, server: access.server } };
}

/** How a bot in a pod gets the file: in the cluster that was asked for, and in no other bot's namespace. Of a file that it names, too, a copy may be in a Secret. */
function intoSecret({ config: { hub }, options }: SetupContext, path: string): string {
  const { namespace, name, key } = hub.kubeconfigSecret ?? { ...IN_CLUSTER_SECRET, namespace: "NAMESPACE" };
  // A Secret that is named may stand in another cluster than Karpor.
  const at = inContext(!hub.kubeconfigSecret && options.from === "cluster" ? options.context : undefined);
  const make = [...at, "-n", namespace, "create", "secret", "generic", name, `--from-file=${key}=${path}`];
  const command = `${kubectl(...make)} --dry-run=client -o yaml | ${kubectl(...at, "apply", "-f", "-")}`;
  const when = hub.kubeconfig ? "where the bot reads it from a Secret" : "then";
  return `${when}${hub.kubeconfigSecret ? "" : ", with its namespace as NAMESPACE"}: ${command}`;
}

/** The hub takes it; and where it is new, the bot may do all that it must with it. `as`: what says whom it trusts. */
async function prove(
  { config, means }: SetupContext,
  text: string,
  { isNew, as }: { isNew: boolean; as: string },
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const source = textSource(text, "the new kubeconfig");
  const hub = opened.adopt(await openHub(config, { log: means.log, source }), (h) => h.close());
  const client = opened.adopt(createHubClient(hub.access, { nameWrite: nameWritesBy(config) }), (c) =>
    c.close(),
  );
  const token = client.token();
  const rights = {
    client,
    namespace: config.hub.namespace,
    clusterRoles: clusterRolesOf(config.roles),
    self: token && identityOf(token),
  };
  for (const late = means.clock.now() + IN_FORCE_WITHIN_MS; ; await means.clock.sleep(LOOK_EVERY_MS)) {
    const failure = await checkRights(rights).then(
      (found) => found.find(({ level }) => level === "fail"),
      (error: Error) => {
        if (isDistrust(error)) throw distrusted(as, error.reason);
        return { message: error.message };
      },
    );
    const taken = await lookAtOwnAccess(client, config.hub.namespace).then((own) => own.taken, not);
    if (taken && !failure) return;
    // A right that it lacked before is no reason to leave the bot without a token.
    if (taken && !isNew) return means.say(`  warn       ${failure?.message}`);
    if (means.clock.now() > late)
      throw new Error(
        `The new kubeconfig does not work: ${failure?.message ?? "the hub refuses its token"}.`,
      );
  }
}

const distrusted = (name: string, reason: string): Error =>
  new Error(
    `The hub shows a certificate that ${name} does not trust (${reason}), so nothing was written: it may be that of somebody in between. ` +
      "If it is the hub's own, put the CA that signed it there as certificate-authority-data, or a name that it bears as tls-server-name; with that file taken away, any is trusted.",
  );
