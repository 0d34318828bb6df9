import type { Config } from '@maskwatch/contracts/config';
import { testMessage } from '@maskwatch/deliveries/test-message';
import type { DeliveriesPort } from '@maskwatch/hub/hub-context';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { Jobs } from '@maskwatch/store/jobs/jobs';
import type { Store } from '@maskwatch/store/store';

export interface HubDeliveriesOptions {
  config: Config;
  store: Store;
  jobs: Jobs;
  clock: Clock;
  logger: Logger;
}

/** What a hub asks of deliveries that other processes make: they are woken, and ask the store. */
export function hubDeliveries(options: HubDeliveriesOptions): DeliveriesPort {
  const { config, store, jobs, clock, logger } = options;
  const endpointIds = config.endpoints.webhooks.map(({ id }) => id);
  const wake = (id: string) => jobs.wake('deliveries', id, clock.now());
  return {
    wake: () => endpointIds.forEach(wake),
    async sendTest(endpointId) {
      const { publicUrl } = config;
      const message = testMessage({ endpointId, publicUrl, now: clock.now() });
      const delivery = await store.addDelivery(message);
      wake(endpointId);
      return delivery;
    },
    async takeOver() {
      try {
        const cancelled = await store.cancelExcept(endpointIds);
        if (cancelled > 0) logger.warn({ cancelled }, 'removed endpoints: deliveries cancelled');
      } catch (fault) {
        // Rules must not wait for it: the next hub that takes over cancels them.
        logger.warn({ fault: messageOf(fault) }, 'deliveries of removed endpoints stay');
      }
      endpointIds.forEach(wake);
    },
  };
}
