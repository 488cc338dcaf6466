import type { Said } from "../types.ts";

/** The page's own language, Chinese where the browser asks for it; a pane's is its reader's. */
const zh = navigator.language.startsWith("zh");

/** The two stand side by side where they are used. */
export const t = (english: string, chinese: string): string => (zh ? chinese : english);

/** What the server says in both. */
export const said = ({ en, zh: chinese }: Said): string => t(en, chinese);
