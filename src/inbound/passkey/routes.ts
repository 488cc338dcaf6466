/**
 * The page's door, on PORT: one file of HTML, one of script, and four POSTs that answer with a view. Nothing here knows
 * who is there but by the signed link in the body.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import { readBody } from "../../evidence/webhook.ts";
import { MINUTE } from "../../request/durations.ts";
import type { UserId } from "../../request/ids.ts";
import type { Routes } from "../bolt.ts";
import { assertNotLockedOut } from "../locked-out.ts";
import { showTerms, signTerms } from "./approve.ts";
import { makeLine, showEnrolment } from "./enrol.ts";
import { openApprovalLink, openEnrolLink, type PageLink } from "./link.ts";
import { explainOnPage, type PageView } from "./view.ts";

const LARGEST_BODY = 4096;
const PER_MINUTE = 30;

const HTML = readFileSync(new URL("page.html", import.meta.url), "utf8");
const SCRIPT = readFileSync(new URL("page.js", import.meta.url), "utf8");
const STYLE = /<style>([\s\S]*)<\/style>/.exec(HTML)?.[1] ?? "";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-frame-options": "DENY",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** None where the file has no `web`. */
export function passkeyRoutes(bot: Bot): Routes {
  const { web } = bot.config;
  if (!web) return [];
  const post = <Link extends PageLink>(path: string, open: OpenLink<Link>, work: Work<Link>) => ({
    path,
    method: "POST",
    handler: (request: IncomingMessage, response: ServerResponse) =>
      void serve(bot, request, response, { open, work }),
  });
  return [
    fileRoute("/access/approve/", "text/html", HTML),
    fileRoute("/access/passkey/", "text/html", HTML),
    fileRoute("/access/approve/page.js", "text/javascript", SCRIPT),
    post("/access/approve/terms", openApprovalLink, showTerms),
    post("/access/approve/sign", openApprovalLink, signTerms),
    post("/access/passkey/options", openEnrolLink, showEnrolment),
    post("/access/passkey/line", openEnrolLink, makeLine),
  ];
}

const fileRoute = (path: string, type: string, text: string) => ({
  path,
  method: "GET",
  handler: (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(200, { ...HEADERS, "content-type": `${type}; charset=utf-8` }).end(text),
});

type OpenLink<Link> = (bot: Bot, link: string) => Link;
/** `sent` is what the device made, as it came. */
type Work<Link> = (bot: Bot, link: Link, sent: PagePost) => Promise<PageView>;

const PagePost = z.object({ link: z.string(), credential: z.unknown().optional() });
type PagePost = z.infer<typeof PagePost>;

interface Answering<Link> {
  open: OpenLink<Link>;
  work: Work<Link>;
}

async function serve<Link extends PageLink>(
  bot: Bot,
  request: IncomingMessage,
  response: ServerResponse,
  { open, work }: Answering<Link>,
): Promise<void> {
  const refuse = (status: number) =>
    void response.writeHead(status, { ...HEADERS, connection: "close" }).end();
  if (request.headers.origin !== bot.config.web) return refuse(403);
  const body = await readBody(request, LARGEST_BODY).catch(() => "");
  if (body === null) return refuse(413);
  const sent = PagePost.safeParse(readJson(body)).data;
  if (!sent) return refuse(400);
  const language = request.headers["accept-language"] ?? "";
  const view = await answer(bot, sent, language, { open, work });
  if (view === null) return refuse(429);
  response.writeHead(200, { ...HEADERS, "content-type": "application/json" }).end(JSON.stringify(view));
}

/** Null: this person asks too often. */
async function answer<Link extends PageLink>(
  bot: Bot,
  sent: PagePost,
  language: string,
  { open, work }: Answering<Link>,
): Promise<PageView | null> {
  let user: UserId | null = null;
  try {
    const link = open(bot, sent.link);
    user = link.user;
    if (!(await bot.store.allow(`page:${user}`, PER_MINUTE, MINUTE))) return null;
    await assertNotLockedOut(bot, user);
    return await work(bot, link, sent);
  } catch (error) {
    return explainOnPage(bot, error, { user, language });
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
