/** The company's check, as a company would write it: it answers as it is told, and signs. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

export interface Question {
  kind: string;
  role: string;
  requester: { id: string };
  ticket: string | null;
  approvedBy: string[];
  [field: string]: unknown;
}

/** Of each question: the answer's other fields; null: none that is signed. */
export type Answering = (question: Question) => Record<string, unknown> | null;

export async function startCompany(secret: string) {
  const webhook = new Webhook(secret);
  const company = {
    questions: [] as Question[],
    pings: 0,
    /** Questions that were not signed as agreed. */
    unsigned: 0,
    answer: (() => ({ answer: "allow" })) as Answering,
    url: "",
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const isSigned = () => Boolean(webhook.verify(body, request.headers as Record<string, string>));
    if (!attempt(isSigned)) company.unsigned++;
    const question = JSON.parse(body) as Question;
    const isPing = question.kind === "ping";
    if (isPing) company.pings++;
    else company.questions.push(question);
    const told = company.answer(question);
    const answer = JSON.stringify(isPing ? { ok: true } : (told ?? { answer: "allow" }));
    const [id, now] = [String(request.headers["webhook-id"]), new Date()];
    response.writeHead(200, {
      "webhook-id": id,
      "webhook-timestamp": Math.floor(now.getTime() / 1000),
      "webhook-signature": told ? webhook.sign(id, now, answer) : "v1,none",
    });
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  company.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`;
  return company;
}

function attempt(verify: () => boolean): boolean {
  try {
    return verify();
  } catch {
    return false;
  }
}
