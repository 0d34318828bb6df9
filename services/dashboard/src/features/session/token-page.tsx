import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { signIn } from './session-queries.ts';
import styles from './token-page.module.css';

/** Asks once for the token; from then on the browser holds a cookie that no script can read. */
export function TokenPage() {
  const client = useQueryClient();
  const [token, setToken] = useState('');
  const entry = useMutation({
    mutationFn: () => signIn(token.trim()),
    onSuccess: () => client.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entry.mutate();
  };
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={submit}>
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <h1>maskwatch</h1>
        <label htmlFor="token">Access token</label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
          aria-describedby="token-help"
        />
        <p id="token-help">
          It stands in the service's config under <code>access.token</code>. Whoever runs the
          service can tell you.
        </p>
        <button type="submit" disabled={entry.isPending || token.trim() === ''}>
          {entry.isPending ? 'One moment …' : 'Open'}
        </button>
        {entry.error !== null && <ProblemNotice error={entry.error} />}
      </form>
    </main>
  );
}
