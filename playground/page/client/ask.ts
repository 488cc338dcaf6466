/** Asking the server to do something; what it refuses is said in one line at the bottom. */
import type { Said } from "../types.ts";
import { byId } from "./dom.ts";
import { said, t } from "./language.ts";

let fading: number | undefined;

export function toast(text: string): void {
  const line = byId("toast");
  line.textContent = text;
  line.classList.add("shown");
  clearTimeout(fading);
  fading = window.setTimeout(() => line.classList.remove("shown"), 6000);
}

/** Undefined when it was refused. */
export async function ask<T>(what: string, body: object): Promise<T | undefined> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`/do/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as T & { error?: string; said?: Said };
    if (response.ok) return answer;
    toast(answer.said ? said(answer.said) : (answer.error ?? t("That did not work.", "没有成功。")));
  } catch {
    toast(
      t(
        "The playground does not answer. Is it still running in your terminal?",
        "演练场没有响应。它还在你的终端里运行吗？",
      ),
    );
  }
  return undefined;
}
