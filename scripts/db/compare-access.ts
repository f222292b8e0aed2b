/** Two lists of readAccess: what the first has too much, and what it lacks, one line each. */
export function compareAccess(actual: readonly string[], wanted: readonly string[]): string[] {
  const [has, wants] = [new Set(actual), new Set(wanted)];
  return [
    ...actual.filter((fact) => !wants.has(fact)).map((fact) => `access, too much: ${fact}`),
    ...wanted.filter((fact) => !has.has(fact)).map((fact) => `access, missing: ${fact}`),
  ];
}
