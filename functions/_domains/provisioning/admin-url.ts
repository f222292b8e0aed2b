import { platformTenantId } from "../../_shared/crypto/data-key.ts";
import type { ValueBinding } from "../../_shared/crypto/envelope.ts";

/** Where a target's admin URL is sealed to; under the platform's own data key. */
export function toAdminUrlBinding(targetId: string): ValueBinding {
  return { tenantId: platformTenantId, objectId: targetId, version: 1, field: "admin_url" };
}
