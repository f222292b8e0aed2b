import { preRequest, readPreRequest } from "../../deploy/steps/set-pre-request.ts";
import { type Check, toFindings } from "../check.ts";

export const checkPreRequest: Check = {
  name: "pre-request function",
  async run({ client }) {
    const found = await readPreRequest(client);
    const seen = found === null ? "calls nothing" : `calls ${found}`;
    return toFindings(
      found === preRequest ? [] : [`the Data API ${seen} instead of ${preRequest}: npm run deploy:configure`],
      `the Data API calls ${preRequest}`,
    );
  },
};
