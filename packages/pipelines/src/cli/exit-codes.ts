/** How the command ends; a table in the README explains each. */
export const exitCodes = {
  ok: 0,
  stageFailed: 1,
  badUsage: 2,
  badEnvironment: 3,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
