import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon } from '../../components/icon.tsx';
import { sessionQuery, signOut } from './session-queries.ts';

/** Gives the cookie back; only where a token is configured. */
export function SignOut({ className }: { className?: string | undefined }) {
  const client = useQueryClient();
  const { data } = useQuery(sessionQuery);
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess: () => client.resetQueries({ queryKey: sessionQuery.queryKey }),
  });
  if (typeof data !== 'object' || data.open) return null;
  return (
    <button
      type="button"
      className={className}
      aria-label="Sign out"
      title="Sign out"
      onClick={() => leaving.mutate()}
    >
      <Icon name="leave" size={18} />
    </button>
  );
}
