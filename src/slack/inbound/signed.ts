/** Signed HTTP requests of Slack: what Bolt would stumble over, or take although it is not of this time, is turned away before. */
import type { IncomingMessage, RequestListener } from "node:http";
import { HTTPModuleFunctions as bolt, defaultBodyLimit, type HTTPReceiver, type Logger } from "@slack/bolt";
import { createReadBody, type ReadBody, TooLarge } from "./unverified.ts";

export const EVENTS_PATH = "/slack/events";
/** As far as Bolt lets one lie in the past. */
const AHEAD_MAX_MS = 5 * 60_000;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;
/** Slack sends nothing without one but its ssl_check. */
const UNSIGNED_BYTES = 4 * 1024;

export interface SignedOptions {
  receiver: HTTPReceiver;
  signingSecret: string;
  logger: Logger;
}

export const takeSigned = (options: SignedOptions): RequestListener => {
  const readBody = createReadBody();
  const take: RequestListener = async (request, response) => {
    const status = isForSlack(request) ? await refusal(request, options, readBody) : 404;
    if (status === null) options.receiver.requestListener(request, response);
    // What is refused is not read to its end.
    else response.writeHead(status, { connection: "close" }).end();
  };
  return take;
};

const isForSlack = ({ method, url = "" }: IncomingMessage): boolean =>
  method === "POST" && url.split("?")[0] === EVENTS_PATH;

/** The status to turn it away with; null when it may come in. Leaves the body where Bolt finds it. */
async function refusal(
  request: IncomingMessage,
  { signingSecret, logger }: SignedOptions,
  readBody: ReadBody,
): Promise<number | null> {
  const isSigned = SIGNATURE.test(String(request.headers["x-slack-signature"]));
  try {
    const rawBody = await readBody(request, isSigned ? defaultBodyLimit : UNSIGNED_BYTES);
    const read = await bolt.parseAndVerifyHTTPRequest({ signingSecret }, Object.assign(request, { rawBody }));
    assertNotAhead(request);
    if (isObject(() => bolt.parseHTTPRequestBody(read))) return null;
    logger.warn("What Slack signed is no JSON object");
    return 400;
  } catch (error) {
    logger.warn(`A request was turned away: ${(error as Error).message}`);
    return isSigned && error instanceof TooLarge ? 413 : 401;
  }
}

/** One without the header is Slack's ssl_check, which says nothing that anybody heeds. */
function assertNotAhead({ headers }: IncomingMessage): void {
  const sent = Number(headers["x-slack-request-timestamp"] ?? 0) * 1000;
  if (sent > Date.now() + AHEAD_MAX_MS)
    throw new Error("it is stamped more than 5 minutes ahead of our clock");
}

function isObject(parse: () => unknown): boolean {
  try {
    const body = parse();
    return typeof body === "object" && body !== null && !Array.isArray(body);
  } catch {
    return false;
  }
}
