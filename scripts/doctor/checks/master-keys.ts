import { createKeyRing, KeyRingError } from "../../../functions/_shared/crypto/key-ring.ts";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";
import {
  findKeyFaults,
  isSameRing,
  readStoredFingerprints,
  toFingerprints,
} from "../../deploy/master-key-fingerprints.ts";
import { type Check, ok, toFindings, warn } from "../check.ts";

const remedy = "npm run deploy:configure";

export const checkMasterKeys: Check = {
  name: "master keys",
  async run({ client, variables }) {
    const stored = await readStoredFingerprints(client);
    if (stored.length === 0) return toFindings([`no fingerprints are written down: ${remedy}`], "");
    const text = variables.GANTRY_MASTER_KEYS;
    if (text === undefined)
      return warn("not compared: GANTRY_MASTER_KEYS is neither in the environment nor in the file");
    const ring = new Secret(text);
    try {
      createKeyRing(ring);
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error;
      return toFindings([`GANTRY_MASTER_KEYS: ${error.message}`], "");
    }
    const present = toFingerprints(ring);
    const faults = await findKeyFaults(client, present);
    if (faults.length > 0)
      return toFindings(
        faults.map((fault) => `${fault}: put the old key back`),
        "",
      );
    if (!isSameRing(stored, present))
      return warn(`the ring has changed since the last ${remedy}: run it again`);
    return ok(present.map(({ id, fingerprint }) => `${id} ${fingerprint}`).join(", "));
  },
};
