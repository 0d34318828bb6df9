import { apiPrefix } from '@maskwatch/contracts/http';

export function reportAddress(name: string): string {
  return `${apiPrefix}/models/${encodeURIComponent(name)}/report`;
}
