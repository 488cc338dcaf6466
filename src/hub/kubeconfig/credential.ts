/** A kubeconfig's credential and certificates, inline or in the files it names; runs no command. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Secret, secret } from "../../domain/secret.ts";
import type { User } from "./shape.ts";

export type Credential =
  /** Read at each call: a token file is renewed by others. */
  { kind: "token"; token: () => Secret } | { kind: "certificate"; certificate: string; key: Secret };

type ReadFile = (field: string, path: string) => string;

export function credential(user: User, read: ReadFile): Credential {
  const { token, tokenFile } = user;
  if (token !== undefined) {
    const fixed = secret(token.trim());
    return { kind: "token", token: () => fixed };
  }
  if (tokenFile !== undefined) {
    const fromFile = () => secret(read("tokenFile", tokenFile).trim());
    fromFile();
    return { kind: "token", token: fromFile };
  }
  const certificate = pem(user, "client-certificate", read);
  const key = pem(user, "client-key", read);
  if (certificate === undefined || key === undefined)
    throw new Error(
      "The kubeconfig's user has neither a token nor a client certificate with its key: add one.",
    );
  return { kind: "certificate", certificate, key: secret(key) };
}

/** The field `…-data` decoded, or the file that the field names. */
export function pem<F extends string>(
  from: { [K in F | `${F}-data`]?: string | undefined },
  field: F,
  read: ReadFile,
): string | undefined {
  const data = from[`${field}-data`];
  const path = from[field];
  const text = data !== undefined ? Buffer.from(data, "base64").toString() : path && read(field, path);
  if (text !== undefined && !text.includes("-----BEGIN "))
    throw new Error(`The kubeconfig's ${field} is no PEM: export the kubeconfig once more.`);
  return text;
}

export function reader(directory: string): ReadFile {
  return (field, path) => {
    try {
      return readFileSync(resolve(directory, path), "utf8");
    } catch {
      throw new Error(`Cannot read ${path}, which the kubeconfig names as ${field}: put it there.`);
    }
  };
}
