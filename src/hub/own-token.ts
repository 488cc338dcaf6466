/** The bot's own token, renewed at half of its life and written back to where its kubeconfig came from. */
import { parseDocument } from "yaml";
import { z } from "zod";
import { type Secret, secret } from "../domain/secret.ts";
import type { Clock } from "../flow/ports.ts";
import type { OpenHub } from "./access.ts";
import type { HubClient } from "./client.ts";
import { answered, parseJson } from "./errors.ts";

export type OwnToken =
  /** No token with an end of our own: a certificate, or a file that others renew. */
  | { state: "not ours" }
  | { state: "fresh" | "renewed"; expiresAt: number }
  /** Due, and it could not be done: one sentence. */
  | { state: "stuck"; expiresAt: number; why: string };

export interface OwnTokenOptions {
  hub: Pick<OpenHub, "source">;
  client: HubClient;
  clock: Clock;
}

const Claims = z.object({
  sub: z.string().regex(/^system:serviceaccount:[^:]+:[^:]+$/),
  iat: z.number(),
  exp: z.number(),
});
type Claims = z.infer<typeof Claims>;

/** Reads the source each time, so that several replicas find what one of them renewed. */
export async function renewOwn(options: OwnTokenOptions): Promise<OwnToken> {
  const { hub, clock } = options;
  const text = await hub.source.read();
  const claims = claimsIn(text);
  if (!claims) return { state: "not ours" };
  const expiresAt = claims.exp * 1000;
  if (!isDue(claims, clock.now())) return { state: "fresh", expiresAt };
  try {
    const token = await mint(options, claims);
    await save(hub, text, token);
    const fresh = claimsOf(token.reveal());
    return { state: "renewed", expiresAt: (fresh ?? claims).exp * 1000 };
  } catch (error) {
    return stuck(options, expiresAt, sayWhy(error));
  }
}

const isDue = ({ iat, exp }: Claims, now: number) => now >= ((iat + exp) / 2) * 1000;

/** Another replica may have been the faster. */
async function stuck({ hub, clock }: OwnTokenOptions, expiresAt: number, why: string): Promise<OwnToken> {
  const claims = claimsIn(await hub.source.read().catch(() => ""));
  if (claims && !isDue(claims, clock.now())) return { state: "fresh", expiresAt: claims.exp * 1000 };
  return { state: "stuck", expiresAt, why };
}

const Minted = z.object({ status: z.object({ token: z.string().min(1) }) });

/** For as long as the one before. */
async function mint({ client }: OwnTokenOptions, { sub, iat, exp }: Claims): Promise<Secret> {
  const [, , namespace, name] = sub.split(":");
  const body = { spec: { expirationSeconds: exp - iat } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await client.raw(path, { method: "POST", body });
  if (answer.status !== 201)
    throw answered("renew the bot's own token", answer.status, answer.body, answer.headers["audit-id"]);
  return secret(Minted.parse(answer.body).status.token);
}

async function save({ source }: Pick<OpenHub, "source">, text: string, token: Secret): Promise<void> {
  if (!source.save) throw new Error(`${source.name} cannot be written.`);
  const at = tokenAt(text);
  if (!at) throw new Error(`${source.name} holds no token.`);
  const document = parseDocument(text);
  document.setIn(at, token.reveal());
  await source.save(document.toString({ lineWidth: 0 }));
}

const Contents = z.object({
  "current-context": z.string(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ user: z.string() }) })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
});

/** Where the current user's token stands in a kubeconfig. */
function tokenAt(text: string): (string | number)[] | undefined {
  const contents = Contents.safeParse(parseDocument(text).toJS()).data;
  if (!contents) return undefined;
  const context = contents.contexts.find(({ name }) => name === contents["current-context"]);
  const index = contents.users.findIndex(({ name }) => name === context?.context.user);
  return index < 0 ? undefined : ["users", index, "user", "token"];
}

function claimsIn(text: string): Claims | undefined {
  const at = tokenAt(text);
  const token = at && parseDocument(text).getIn(at);
  return typeof token === "string" ? claimsOf(token) : undefined;
}

const claimsOf = (token: string): Claims | undefined =>
  Claims.safeParse(parseJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())).data;

const sayWhy = (error: unknown): string => (error instanceof Error ? error.message : "it failed");
