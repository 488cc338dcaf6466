/** The company's check, as a company would write it: it answers as it is told, and signs. */
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Question {
  question: string;
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
  const sign = (said: string) => `v1=${createHmac("sha256", secret).update(`v1:${said}`).digest("hex")}`;
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
    const timestamp = request.headers["x-karpor-access-timestamp"];
    if (request.headers["x-karpor-access-signature"] !== sign(`question:${timestamp}:${body}`))
      company.unsigned++;
    const question = JSON.parse(body) as Question;
    const isPing = question.kind === "ping";
    if (isPing) company.pings++;
    else company.questions.push(question);
    const told = company.answer(question);
    const said = { question: question.question, ...(told ?? { answer: "allow" }) };
    const answer = JSON.stringify(isPing ? { ok: true } : said);
    const signature = told ? sign(`answer:${timestamp}:${answer}`) : "v1=none";
    response.writeHead(200, { "x-karpor-access-signature": signature }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  company.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`;
  return company;
}
