import type { HandleAlert } from '@maskwatch/contracts/http';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { applyChange, handleAlert } from './alert-queries.ts';

export const acknowledge: HandleAlert = { handling: 'acknowledged' };
export const dismissWrong: HandleAlert = { handling: 'dismissed', reason: 'wrong' };
export const dismissUnclear: HandleAlert = { handling: 'dismissed', reason: 'unclear' };
export const backToNew: HandleAlert = { handling: 'new' };

/** Handles an alert; what is shown follows the service's answer. */
export function useHandling() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ['handle'],
    mutationFn: ({ id, body }: { id: string; body: HandleAlert }) => handleAlert(id, body),
    onSuccess: (alert) => applyChange(client, alert),
  });
}
