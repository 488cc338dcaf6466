/**
 * Before an npm command: one sentence, not a stack trace, when Node is too old. Plain JavaScript, since it must run on
 * the Node that it refuses.
 */
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `Node ${NEEDED} or newer is needed, and this is ${process.versions.node}: install it, or run \`npm ci\` without --omit=dev on Node 20.19 or newer, which brings it to all npm commands.`,
  );
  process.exit(1);
}
