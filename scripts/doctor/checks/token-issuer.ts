import { toProjectUrl } from "../../deploy/read-options.ts";
import { type Check, ok, toFindings, warn } from "../check.ts";

export const checkTokenIssuer: Check = {
  name: "token issuer",
  async run({ variables, functionsUrl }) {
    const issuer = variables.GANTRY_JWT_ISSUER;
    const isKnown = Object.keys(variables).some((name) => name.startsWith("GANTRY_"));
    if (!isKnown)
      return warn(
        "not looked at: what the functions were given is neither in the environment nor in the file",
      );
    if (!issuer) {
      return toFindings(
        ["GANTRY_JWT_ISSUER is not set, so tokens of any issuer pass: set it to <project>/auth/v1"],
        "",
      );
    }
    const own = functionsUrl === null ? issuer : `${toProjectUrl(functionsUrl)}/auth/v1`;
    return issuer === own ? ok(issuer) : warn(`${issuer}; this project's own is ${own}`);
  },
};
