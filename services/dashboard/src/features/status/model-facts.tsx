import type { Status } from '@maskwatch/contracts/http';
import { useQuery } from '@tanstack/react-query';
import { Fact, FactsCard } from '../../components/facts-card.tsx';
import { modelsQuery } from './status-queries.ts';

/** What is looked for, and with what. */
export function ModelFacts({ status }: { status: Status }) {
  const { data: models = [] } = useQuery(modelsQuery);
  return (
    <FactsCard title="Rules and models">
      {status.rules.length === 0 && (
        <Fact name="Rules">None: nothing raises an alert. Add one to the config.</Fact>
      )}
      {status.rules.map(({ id, severity, states, holdMs }) => (
        <Fact key={id} name={id}>
          {states.join(', ').replaceAll('_', ' ')} for {holdMs / 1000} s, severity {severity}
        </Fact>
      ))}
      {models.map(({ name, task, version }) => (
        <Fact key={name} name={task}>
          {name} {version}
        </Fact>
      ))}
    </FactsCard>
  );
}
