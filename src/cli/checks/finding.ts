/** What a check found: one line, and the mend as something to do. */
export interface Finding {
  check: string;
  level: "ok" | "warn" | "fail";
  says: string;
  mend?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, level: "ok", says });
export const warn = (check: string, says: string, mend: string): Finding => ({
  check,
  level: "warn",
  says,
  mend,
});
export const fail = (check: string, says: string, mend: string): Finding => ({
  check,
  level: "fail",
  says,
  mend,
});
