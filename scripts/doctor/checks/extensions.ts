import { hasPart, platformParts } from "../../deploy/platform-parts.ts";
import { type Check, toFindings } from "../check.ts";

export const checkExtensions: Check = {
  name: "extensions",
  async run({ client }) {
    const faults: string[] = [];
    for (const part of platformParts) {
      if (await hasPart(client, part)) continue;
      faults.push(
        `${part.extension} is not there, or ${part.schema}.${part.procedure} cannot be called: npm run deploy:configure`,
      );
    }
    return toFindings(faults, platformParts.map((part) => part.extension).join(", "));
  },
};
