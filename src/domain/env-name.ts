/** How an environment variable is named, whose value the configuration does not hold. */
export const ENV_NAME = /^[A-Z][A-Z0-9_]*$/;
