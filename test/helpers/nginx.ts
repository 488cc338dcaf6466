/** deploy/gateway on this machine's own nginx, filled in as the official image fills it in, before a hub. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort, scratch, startChild } from "../../sandbox/child.ts";
import type { Credentials } from "../../sandbox/hub/types.ts";
import { eventually } from "./eventually.ts";
import { NGINX } from "./machine.ts";

const FOLDER = new URL("../../deploy/gateway/", import.meta.url);
const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

interface NginxSettings {
  /** Files of its folder tls, by name without .crt and .key. */
  certificates: Record<string, Credentials>;
  /** GATEWAY_... but where it listens. */
  variables: Record<string, string>;
}

/** Resolves to its port once it takes connections. */
export async function startNginx({ certificates, variables }: NginxSettings) {
  const { path, remove } = scratch("karpor-access-nginx");
  const port = await freePort();
  const listen = { GATEWAY_LISTEN: `127.0.0.1:${port} ssl` };
  for (const folder of ["tls", "conf.d", "templates"]) mkdirSync(join(path, folder));
  for (const [name, { certificate, key }] of Object.entries(certificates)) {
    writeFileSync(join(path, "tls", `${name}.crt`), certificate);
    writeFileSync(join(path, "tls", `${name}.key`), key);
  }
  for (const name of readdirSync(FOLDER)) {
    copyFileSync(new URL(name, FOLDER), join(path, "templates", name));
    if (!name.endsWith(".template")) continue;
    const filled = fillIn(readFileSync(new URL(name, FOLDER), "utf8"), { ...variables, ...listen });
    const here = filled.replaceAll("/etc/nginx/", `${path}/`);
    writeFileSync(join(path, "conf.d", name.replace(".template", "")), here);
  }
  const temporary = TEMPORARY.map((name) => `${name}_temp_path ${path}/${name};`).join(" ");
  const main = `pid ${path}/pid; daemon off; master_process off; error_log stderr; events {}
http { ${temporary} include ${path}/conf.d/*.conf; }`;
  writeFileSync(join(path, "nginx.conf"), main);
  const nginx = await startChild(NGINX, ["-e", "stderr", "-c", join(path, "nginx.conf")]);
  await eventually(async () => {
    if (nginx.exited()) throw new Error(nginx.output());
    return isListening(port);
  });
  return {
    port,
    async stop() {
      await nginx.kill();
      remove();
    },
  };
}

/** As envsubst of the image: the environment's own names alone. */
const fillIn = (template: string, variables: Record<string, string>): string =>
  template.replaceAll(/\$\{(\w+)\}/g, (whole, name) => variables[name] ?? whole);

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
