/** What the page says, in both its languages. */
export interface Said {
  en: string;
  zh: string;
}

/** What reads the same in both: names, words of an API, what somebody typed. */
export const asIs = (text: string): Said => ({ en: text, zh: text });

/** The same done to both. */
export const each = ({ en, zh }: Said, change: (text: string) => string): Said => ({
  en: change(en),
  zh: change(zh),
});
