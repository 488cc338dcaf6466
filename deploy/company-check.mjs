/**
 * A company's check as a whole service: docs/approval.md says what it is asked. Put your own rule into `decide`. It needs
 * Node and `npm install standardwebhooks`. CHECK_SECRET is what the role's secretEnv names at the bot; PORT defaults to 8080.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const { CHECK_SECRET = "", PORT = "8080" } = process.env;
const webhook = new Webhook(CHECK_SECRET);

const decide = ({ role, ticket }) =>
  role === "admin" && !ticket
    ? { answer: "deny", say: "write a ticket into the reason" }
    : { answer: "allow" };

function verified(body, headers) {
  try {
    return webhook.verify(body, headers);
  } catch {
    return null;
  }
}

createServer(async (request, response) => {
  const question = verified(await text(request), request.headers);
  if (!question) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  const now = new Date();
  const answer = JSON.stringify(question.kind === "ping" ? { ok: true } : decide(question));
  response.writeHead(200, {
    "webhook-id": id,
    "webhook-timestamp": Math.floor(now.getTime() / 1000),
    "webhook-signature": webhook.sign(id, now, answer),
  });
  response.end(answer);
}).listen(Number(PORT));
