/** What answers where Redis should: told from a few bytes, for the driver sees only that the connection ends. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface Spoken {
  /** `protected`: Redis in protected mode, which turns away every other machine; null: nothing that speaks like Redis or TLS. */
  speaks: "plain" | "protected" | "tls" | null;
  /** Of TLS: why its certificate is not trusted, in Node's word. */
  distrust?: string;
}

/** `ms`: for each of two tries. Shows no password. Never rejects. */
export async function spokenAt({ host, port }: { host: string; port: number }, ms: number): Promise<Spoken> {
  const said = await firstBytes(connect({ host, port }), ms);
  if (said.startsWith("-DENIED")) return { speaks: "protected" };
  if (/^[+-]/.test(said)) return { speaks: "plain" };
  return tlsAt(host, port, ms);
}

function firstBytes(socket: Socket, ms: number): Promise<string> {
  return new Promise((resolve) => {
    const finish = (said: string) => {
      socket.destroy();
      resolve(said);
    };
    socket.setTimeout(ms, () => finish(""));
    socket.once("error", () => finish(""));
    socket.once("close", () => finish(""));
    socket.once("data", (bytes) => finish(bytes.toString("latin1")));
    socket.write("PING\r\n");
  });
}

function tlsAt(host: string, port: number, ms: number): Promise<Spoken> {
  return new Promise((resolve) => {
    // Nothing is sent over it.
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    const finish = (spoken: Spoken) => {
      socket.destroy();
      resolve(spoken);
    };
    socket.setTimeout(ms, () => finish({ speaks: null }));
    socket.once("error", () => finish({ speaks: null }));
    socket.once("secureConnect", () => {
      // Its type says Error; Node gives the code alone for some.
      const distrust = socket.authorized ? undefined : codeOf(socket.authorizationError);
      finish({ speaks: "tls", ...(distrust === undefined ? {} : { distrust }) });
    });
  });
}

const codeOf = (error: unknown): string =>
  typeof error === "string" ? error : ((error as { code?: string } | null)?.code ?? "not trusted");
