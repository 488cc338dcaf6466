/** A watch of the hub: one answer that does not end, read line by line. */
import { type Dispatcher, request } from "undici";
import { assertShort, bytesOf } from "../../bounded.ts";
import { parseJson } from "../../domain/json.ts";
import type { Connection } from "./connection.ts";
import { answered, HubError, hubError } from "./errors.ts";
import type { Retrying } from "./retrying.ts";

interface Watching {
  signal: AbortSignal;
  /** Milliseconds within which it must begin. */
  timeout: number;
}

export async function* watchLines(
  links: Retrying,
  path: string,
  watching: Watching,
): AsyncGenerator<unknown, void> {
  const { signal } = watching;
  const doing = `watch ${path.split("?")[0]}`;
  try {
    const { body } = await links.through(async (by) => {
      // Thrown, so that a refused credential is read again.
      const answer = await begin(by, path, watching);
      if (answer.statusCode === 200) return answer;
      const { statusCode: status, headers, body } = answer;
      throw answered(doing, { status, headers, body: (await bytesOf(body)).toString() });
    });
    for await (const line of linesIn(body)) {
      const event = parseJson(line);
      if (event === undefined) throw new HubError(doing, 200, "unreadable");
      yield event;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw hubError(error, doing);
  }
}

/** Who reads no further hangs up: of a proxy's page the rest may never come. */
async function* linesIn(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    assertShort(rest.length);
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Its headers come at once; what comes then has the time of the signal. */
async function begin(
  { access, agent, token }: Connection,
  path: string,
  { signal, timeout }: Watching,
): Promise<Dispatcher.ResponseData> {
  const own = token();
  const headers = { accept: "application/json", ...(own && { authorization: `Bearer ${own.reveal()}` }) };
  return request(access.server + path, {
    ...{ dispatcher: agent, headers, signal },
    headersTimeout: timeout,
    bodyTimeout: 0,
  });
}
