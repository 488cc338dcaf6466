/** What `policy` is called with. */

export const POLICY_USAGE = `policy check [FILE]
policy explain --who U… [--in S…,S…] --role ROLE [--for 4h] [--had 2h] [--grants N] [--requests N] [--json]
policy test FILE
policy diff OLD NEW [--json]`;
