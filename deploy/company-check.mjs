/**
 * A company's check as a whole service: docs/approval.md says what it is asked. Put your own rule into `decide`.
 * CHECK_SECRET is what the role's secretEnv names at the bot; it listens on PORT, 8080 when left out.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { CHECK_SECRET: secret = "", PORT = "8080" } = process.env;
if (secret.length < 32) throw new Error("CHECK_SECRET needs 32 characters, as from openssl rand -hex 32");

const decide = ({ role, ticket }) =>
  role === "admin" && !ticket
    ? { answer: "deny", say: "write a ticket into the reason" }
    : { answer: "allow" };

const sign = (text) => `v1=${createHmac("sha256", secret).update(`v1:${text}`).digest("hex")}`;
const isSame = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

createServer(async (request, response) => {
  const { "x-karpor-access-timestamp": time = "", "x-karpor-access-signature": given = "" } = request.headers;
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const isFresh = Math.abs(Date.now() / 1000 - Number(time)) < 300;
  if (!isFresh || !isSame(given, sign(`question:${time}:${body}`))) return response.writeHead(401).end();
  const question = JSON.parse(body);
  const said = question.kind === "ping" ? { ok: true } : { question: question.question, ...decide(question) };
  const answer = JSON.stringify(said);
  response.writeHead(200, { "x-karpor-access-signature": sign(`answer:${time}:${answer}`) }).end(answer);
}).listen(Number(PORT));
