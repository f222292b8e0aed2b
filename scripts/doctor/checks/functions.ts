import { findFunctionFault } from "../../deploy/expect-health.ts";
import { listFunctions } from "../../deploy/list-functions.ts";
import { type Check, toFindings, warn } from "../check.ts";

export const checkFunctions: Check = {
  name: "functions",
  async run({ functionsUrl }) {
    if (functionsUrl === null) return warn("not asked: pass --functions-url");
    const names = await listFunctions();
    const faults: string[] = [];
    for (const name of names) {
      const fault = await findFunctionFault(functionsUrl, name);
      if (fault !== null) faults.push(`${fault}: npx supabase functions deploy --use-api`);
    }
    return toFindings(faults, `${names.join(", ")} run and refuse a call without a credential`);
  },
};
