/** The type of the configuration's part that decides who may have which access. All of policy/ reads it. */
import type { Principal } from "../request/ids.ts";
import type { Limits } from "./limits.ts";
import type { PasskeyTable } from "./passkeys.ts";
import type { RoleTable } from "./roles.ts";
import type { Rule } from "./rules.ts";

export interface Policy extends RoleTable {
  instance: string;
  hub: { name: string };
  /** In order: the first that matches decides. */
  rules: Rule[];
  limits: Limits;
  /** They may revoke anything, lock down and unlock. */
  admins: Principal[];
  passkeys: PasskeyTable;
  /** How long before the end the holder is reminded, ms. */
  reminders: number[];
}
