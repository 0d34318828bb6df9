import type { Status } from '@maskwatch/contracts/http';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fact } from '../../components/fact.tsx';
import { FactsCard } from '../../components/facts-card.tsx';
import { isUsable, modelsQuery } from '../models/model-queries.ts';
import { unsayableOf } from '../models/sayable-states.ts';
import { RuleStates } from './rule-states.tsx';

/** What is looked for, and with what. */
export function ModelFacts({ status }: { status: Status }) {
  const { data: models = [] } = useQuery(modelsQuery);
  const running = models.filter(isUsable).filter((model) => model.running);
  const unsayable = unsayableOf(status.states);
  return (
    <FactsCard title="Rules and models">
      {status.rules.length === 0 && (
        <Fact name="Rules">None: nothing raises an alert. Add one to the config.</Fact>
      )}
      {status.rules.map(({ id, severity, states, holdMs }) => (
        <Fact key={id} name={id}>
          <RuleStates states={states} unsayable={unsayable} /> for {holdMs / 1000} s, severity{' '}
          {severity}
        </Fact>
      ))}
      {running.map(({ name, task, version }) => (
        <Fact key={name} name={task}>
          <Link to="/models">{name}</Link> {version}
        </Fact>
      ))}
    </FactsCard>
  );
}
