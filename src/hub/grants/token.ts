/** Minting a token for an account, and asking the dashboard's login what it thinks of one. */
import { z } from "zod";
import { type Secret, secret } from "../../domain/secret.ts";
import type { GrantKey, Grants, Log, MintedToken } from "../../flow/ports.ts";
import type { HubClient } from "../client/client.ts";
import { answered, isHubs } from "../client/errors.ts";
import type { HubRequest } from "../client/request.ts";
import { accountUidOf, signerOf } from "../kubeconfig/identity.ts";
import type { Hub } from "./find.ts";
import { objectName } from "./names.ts";

/** The API answers 422 to less. */
const LEAST_SECONDS = 600;
const LOGIN = "/rest-api/v1/authn";

const Minted = z.object({ status: z.object({ token: z.string().min(1), expirationTimestamp: z.date() }) });

export async function mint(
  hub: Hub & { log?: Log | undefined },
  key: GrantKey,
  ms: number,
  signal: AbortSignal,
): Promise<MintedToken> {
  const { client, namespace, log } = hub;
  const name = objectName(key);
  const body = { spec: { expirationSeconds: Math.max(LEAST_SECONDS, Math.ceil(ms / 1000)) } };
  return client.call(`mint a token for ServiceAccount ${name}`, signal, async (api) => {
    const answer = await api.createToken({ namespace, name, body });
    const { token, expirationTimestamp } = Minted.parse(answer.data).status;
    const { warning } = answer.headers;
    if (warning)
      log?.warn({ account: name, warning: warning.slice(0, 200) }, "The hub warned while minting a token.");
    const minted = secret(token);
    const [expiresAt, signedBy] = [expirationTimestamp.getTime(), signerOf(minted)];
    return { token: minted, expiresAt, signedBy, accountUid: accountUidOf(minted) };
  });
}

const Refusal = z.object({ kind: z.literal("Status"), reason: z.enum(["Unauthorized", "Forbidden"]) });

/** Only the hub's own words are a verdict: a proxy in between may answer anything. */
export async function check(
  client: HubClient,
  token: Secret,
  signal: AbortSignal,
  { by, auditId }: Pick<HubRequest, "by" | "auditId"> = {},
): ReturnType<Grants["check"]> {
  const answer = await client.request(LOGIN, { as: token, signal, by, auditId });
  const { status, body } = answer;
  const reason = Refusal.safeParse(body).data?.reason;
  if (status === 401 && reason === "Unauthorized") return "refused";
  if (status === 403 && reason === "Forbidden") return "unbound";
  // A Kubernetes API server that is no Karpor hub has no such path.
  if ((status === 200 || status === 404) && isHubs(answer)) return "good";
  throw answered("ask the dashboard's login", answer);
}
