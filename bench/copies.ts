/** Many objects like one that the API server made, written to where it keeps them: to make each by its API takes it milliseconds. */
import { GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import type { BenchContext } from "./context.ts";
import { sideBySide } from "./stats.ts";

/** Of etcd: as many as one transaction may hold. */
const AT_A_TIME = 128;
const AT_ONCE = 4;
const KEPT_AT = [`/registry/serviceaccounts/${GRANTS_NAMESPACE}/`, "/registry/clusterrolebindings/"] as const;

/** What an object bears of its own. Each word of a copy is as long as that of the one it is copied from: the form counts bytes. */
export interface Own {
  name: string;
  /** Of the account, and of the binding. */
  uids: readonly [string, string];
  more: readonly string[];
}

/** The account and the binding of `one` again, for each of the others. */
export async function copied({ hub }: BenchContext, one: Own, others: readonly Own[]): Promise<void> {
  const etcd = async (call: string, body: object) => {
    const answer = await fetch(`${hub.etcd}/v3/kv/${call}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`);
    return answer.json() as Promise<{ kvs: { value: string }[] }>;
  };
  const kept = await Promise.all(
    KEPT_AT.map(async (at) => {
      const { kvs } = await etcd("range", { key: base64(at + one.name) });
      return Buffer.from(kvs[0]?.value ?? "", "base64").toString("latin1");
    }),
  );
  const puts = others.flatMap((other) =>
    KEPT_AT.map((at, i) => {
      const words = [
        [one.name, other.name],
        [one.uids[i], other.uids[i]],
        ...one.more.map((word, j) => [word, other.more[j]]),
      ];
      const value = words.reduce((text, [from = "", to = ""]) => text.replaceAll(from, to), kept[i] ?? "");
      return { key: base64(at + other.name), value: Buffer.from(value, "latin1").toString("base64") };
    }),
  );
  const starts = Array.from({ length: Math.ceil(puts.length / AT_A_TIME) }, (_, i) => i * AT_A_TIME);
  await sideBySide(starts, AT_ONCE, (start) =>
    etcd("txn", {
      success: puts.slice(start, start + AT_A_TIME).map((requestPut) => ({ requestPut })),
    }),
  );
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
