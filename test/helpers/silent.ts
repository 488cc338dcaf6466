/** A log that nobody reads. */
import { Writable } from "node:stream";

export const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
