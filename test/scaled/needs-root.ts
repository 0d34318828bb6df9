/** Why services of compose files cannot be started here; false where they can. */
export const needsRoot =
  process.getuid?.() === 0
    ? (false as const)
    : 'services of compose files run in network namespaces of their own, which takes root';
