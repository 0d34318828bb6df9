/** Options that the commands of the scaled shape share; a variable keeps passwords out of lists of processes. */
import { Option } from 'commander';
import { portNumber } from '../commands/port-number.ts';
import { shippedConfig } from '../commands/shipped-config.ts';

export function configOption(): Option {
  return new Option('--config <file>', 'what to watch, and who is told').default(shippedConfig);
}

/** The `frames` Redis: pictures, answers, the bus; none of it on a disk. */
export function redisOption(): Option {
  return new Option('--redis <url>', 'the Redis of frames, which keeps nothing on a disk')
    .env('MASKWATCH_REDIS')
    .makeOptionMandatory();
}

/** The `jobs` Redis: wake-ups, which must survive its restart. */
export function jobsRedisOption(): Option {
  return new Option('--jobs-redis <url>', 'the Redis of wake-ups, which must not evict')
    .env('MASKWATCH_JOBS_REDIS')
    .makeOptionMandatory();
}

export function postgresOption(): Option {
  return new Option('--postgres <url>', 'the database of alerts, evidence and deliveries')
    .env('MASKWATCH_POSTGRES')
    .makeOptionMandatory();
}

/** Where a service without a page answers /livez, /readyz and /metrics. */
export function statusOptions(): Option[] {
  return [
    new Option('--status-host <host>', 'address of /livez, /readyz and /metrics')
      .env('MASKWATCH_STATUS_HOST')
      .default('127.0.0.1'),
    new Option('--status-port <n>', 'port of /livez, /readyz and /metrics; 0 takes a free one')
      .env('MASKWATCH_STATUS_PORT')
      .default(8788)
      .argParser(portNumber),
  ];
}
