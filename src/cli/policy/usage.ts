/** What `policy` is called with. */

export const POLICY_USAGE = `node src/main.ts policy check [FILE]
       node src/main.ts policy explain --who U… [--in S…,S…] --role ROLE [--for 4h] [--had 2h] [--grants N] [--requests N] [--json]
       node src/main.ts policy test FILE
       node src/main.ts policy diff OLD NEW [--json]`;
