/** The bot's own token, renewed at half of its life and written back to where its kubeconfig came from. */
import { parseDocument } from "yaml";
import { z } from "zod";
import { type Secret, secret } from "../../domain/secret.ts";
import type { Clock } from "../../flow/ports.ts";
import type { BotToken } from "../../flow/watch/renew-credential.ts";
import type { OpenHub } from "../client/access.ts";
import type { HubClient } from "../client/client.ts";
import { answered } from "../client/errors.ts";
import { identityOf, type TokenIdentity } from "./identity.ts";

export interface BotTokenOptions {
  hub: Pick<OpenHub, "source">;
  client: HubClient;
  clock: Clock;
}

/** One with an end. */
type Own = TokenIdentity & { issuedAt: number; expiresAt: number };

/** Reads the source each time, so that several replicas find what one of them renewed. The client goes by it from then on. */
export async function renewBotToken(options: BotTokenOptions): Promise<BotToken> {
  const { client } = options;
  const found = await look(options);
  if (found.state === "not ours" || found.state === "stuck") return found;
  const token = client.token();
  if (token && ownOf(token)?.expiresAt !== found.expiresAt) await client.refresh();
  return found;
}

async function look(options: BotTokenOptions): Promise<BotToken> {
  const { hub, clock } = options;
  const read = await hub.source.read().catch((error: unknown) => unread(options, error));
  if (typeof read !== "string") return read;
  const text = read;
  const own = ownIn(text);
  if (!own) return { state: "not ours" };
  if (!isDue(own, clock.now())) return { state: "fresh", ...lifeOf(own) };
  try {
    const token = await mint(options, own);
    await save(hub, text, token);
    return { state: "renewed", ...lifeOf(ownOf(token) ?? own) };
  } catch (error) {
    return stuck(options, own, sayWhy(error));
  }
}

/** What it has dies unrenewed all the same. Throws where that has no end of our own, or is not due. */
function unread({ client, clock }: BotTokenOptions, error: unknown): BotToken {
  const token = client.token();
  const own = token && ownOf(token);
  if (!own || !isDue(own, clock.now())) throw error;
  return { state: "stuck", ...lifeOf(own), why: sayWhy(error) };
}

const lifeOf = ({ issuedAt, expiresAt }: Own) => ({ issuedAt, expiresAt });
const isDue = ({ issuedAt, expiresAt }: Own, now: number) => now >= (issuedAt + expiresAt) / 2;

/** Another replica may have been the faster. */
async function stuck({ hub, clock }: BotTokenOptions, before: Own, why: string): Promise<BotToken> {
  const own = ownIn(await hub.source.read().catch(() => ""));
  if (own && !isDue(own, clock.now())) return { state: "fresh", ...lifeOf(own) };
  return { state: "stuck", ...lifeOf(before), why };
}

const Minted = z.object({ status: z.object({ token: z.string().min(1) }) });

/** For as long as the one before. */
async function mint({ client }: BotTokenOptions, own: Own): Promise<Secret> {
  const { namespace, name, issuedAt, expiresAt } = own;
  const body = { spec: { expirationSeconds: Math.round((expiresAt - issuedAt) / 1000) } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await client.request(path, { method: "POST", body });
  if (answer.status !== 201) throw answered("renew the bot's own token", answer);
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

function ownIn(text: string): Own | undefined {
  const at = tokenAt(text);
  const token = at && parseDocument(text).getIn(at);
  return typeof token === "string" ? ownOf(secret(token)) : undefined;
}

function ownOf(token: Secret): Own | undefined {
  const found = identityOf(token);
  if (!found) return undefined;
  const { issuedAt, expiresAt } = found;
  return issuedAt === null || expiresAt === null ? undefined : { ...found, issuedAt, expiresAt };
}

const sayWhy = (error: unknown): string => (error instanceof Error ? error.message : "it failed");
