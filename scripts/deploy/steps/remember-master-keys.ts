import { StackError } from "../../../dev/process/stack-error.ts";
import {
  findKeyFaults,
  fingerprintsKey,
  isSameRing,
  readStoredFingerprints,
  toFingerprints,
} from "../master-key-fingerprints.ts";
import type { Step } from "../step.ts";

/** Writes down by which keys values are sealed, so that a wrong key ring is noticed before it is needed. */
export const rememberMasterKeys: Step = {
  name: "master keys",
  async apply({ client, env }) {
    const present = toFingerprints(env.masterKeys);
    const faults = await findKeyFaults(client, present);
    if (faults.length > 0)
      throw new StackError(`${faults.join("; ")}. Sealed values would not open: nothing was written`);
    const stored = await readStoredFingerprints(client);
    if (isSameRing(stored, present)) return null;
    await client.query(
      `insert into control_plane.system_config (key, value) values ($1, $2)
       on conflict (key) do update set value = excluded.value`,
      [fingerprintsKey, JSON.stringify(present)],
    );
    return `fingerprints of ${present.map(({ id }) => id).join(", ")} written down`;
  },
  async prove({ client, env }) {
    const stored = await readStoredFingerprints(client);
    const present = toFingerprints(env.masterKeys);
    if (!isSameRing(stored, present)) throw new StackError("the fingerprints do not read back");
    return `${present.map(({ id, fingerprint }) => `${id} ${fingerprint}`).join(", ")}; the first seals`;
  },
};
