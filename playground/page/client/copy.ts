/** Copying, where the browser allows it. */
import { toast } from "./ask.ts";
import { t } from "./language.ts";

export async function copyText(
  text: string,
  button?: HTMLElement,
  done = t("Copied", "已复制"),
): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return toast(
      t(
        "The browser did not allow copying: select the text and copy it.",
        "浏览器不允许复制：请选中文字后自行复制。",
      ),
    );
  }
  if (!button) return;
  const words = button.textContent;
  if (words === done) return;
  button.textContent = done;
  window.setTimeout(() => {
    button.textContent = words;
  }, 1600);
}
