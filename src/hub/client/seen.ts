/** A call to the hub as whoever counts or logs it sees it: nothing of what was sent or answered. */
import type { Send } from "./send.ts";

export interface HubCall {
  method: string;
  /** What kind of thing it is about; never a name. */
  resource: string;
  /** The HTTP status, `timeout`, `aborted` (whoever asked gave up) or `unreachable`. */
  result: string;
  ms: number;
}

export const seen =
  (send: Send, tell: (call: HubCall) => void): Send =>
  async (url, sending) => {
    const began = performance.now();
    const report = (result: string) =>
      tell({
        method: sending.method ?? "GET",
        resource: resourceOf(url),
        result,
        ms: performance.now() - began,
      });
    try {
      const answer = await send(url, sending);
      report(String(answer.status));
      return answer;
    } catch (error) {
      report(failureOf(sending.signal));
      throw error;
    }
  };

function failureOf(signal: AbortSignal): string {
  if (!signal.aborted) return "unreachable";
  return isGivenUp(signal) ? "aborted" : "timeout";
}

/** By whoever asked, and not for its time: of the hub that says nothing. */
export const isGivenUp = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && !(reason instanceof Error && reason.name === "TimeoutError");

/** Of the Kubernetes API: the kind, and what is asked of one of it. */
const KUBERNETES = /^\/apis?\/(?:[^/]+\/)?v\d\w*\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/[^/]+(\/[a-z]+)?)?$/;
/** Of Karpor's own. */
const PAGE =
  /^\/(?:rest-api\/v1\/)?(authn|clusters|search|resource-group-rules|insight(?=\/)|server-configs|livez|readyz|version)(?:(?<=insight)\/.*)?$/;

function resourceOf(url: string): string {
  const { pathname } = new URL(url);
  const [, kind, part = ""] = KUBERNETES.exec(pathname) ?? [];
  return kind ? kind + part : (PAGE.exec(pathname)?.[1] ?? "other");
}
