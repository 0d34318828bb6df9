import { alertContract } from './contract/alerts.ts';
import { evidenceContract } from './contract/evidence.ts';
import { holdContract } from './contract/holds.ts';
import type { OpenStore } from './contract/on-store.ts';
import { outboxContract } from './contract/outbox.ts';
import { outboxOrderContract } from './contract/outbox-order.ts';

/** What every store must pass, whatever it is made of. */
export function storeContract(name: string, open: OpenStore): void {
  alertContract(name, open);
  evidenceContract(name, open);
  holdContract(name, open);
  outboxContract(name, open);
  outboxOrderContract(name, open);
}
