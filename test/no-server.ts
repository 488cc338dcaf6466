/** Before each file of the fast lane: what starts a server or a process does not belong there, and fails. */
import children from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { Server } from "node:net";

function refuse(): never {
  throw new Error("This starts a server or a process: take its file out of UNIT in vitest.config.ts.");
}

Server.prototype.listen = refuse;
Object.assign(children, { spawn: refuse, fork: refuse });
syncBuiltinESMExports();
