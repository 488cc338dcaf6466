/** No token leaves Slack's own panes: what is shown of payloads, calls and records has its bytes struck out. Pure. */
const TOKEN = /eyJ[\w-]{10,}\.[\w-]+(?:\.[\w-]*)?/g;

export const masked = (text: string): string => text.replace(TOKEN, "[token]");

/** As indented JSON, masked. */
export const shown = (value: unknown): string => masked(JSON.stringify(value, null, 2) ?? "");
