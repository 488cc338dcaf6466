/** A company's own service, which a test lets answer as it likes. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export const CHECK_SECRET = "0123456789abcdef0123456789abcdef";

export const signed = (text: string, by = CHECK_SECRET): string =>
  `v1=${createHmac("sha256", by).update(text).digest("hex")}`;

export interface Heard {
  timestamp: string;
  signature: string;
  body: string;
  question: { question: string; [field: string]: unknown };
}
export type Answering = (heard: Heard, response: ServerResponse, socket: Socket) => void;

/** Signed, as it must be; `change` spoils it. */
export const answering =
  (answer: object | string, change: { by?: string; type?: string; status?: number } = {}): Answering =>
  ({ question: { question }, timestamp }, response) => {
    const body = typeof answer === "string" ? answer : JSON.stringify({ question, ...answer });
    response
      .writeHead(change.status ?? 200, {
        "content-type": change.type ?? "application/json",
        "x-karpor-access-signature": signed(`v1:answer:${timestamp}:${body}`, change.by),
      })
      .end(body);
  };

export async function startService(first: Answering = answering({ answer: "allow" })) {
  let answer = first;
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const one = {
      timestamp: String(request.headers["x-karpor-access-timestamp"]),
      signature: String(request.headers["x-karpor-access-signature"]),
      body,
      question: JSON.parse(body) as Heard["question"],
    };
    heard.push(one);
    answer(one, response, request.socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`,
    heard,
    answer: (how: Answering) => {
      answer = how;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
