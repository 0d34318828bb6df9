import type { UsableModel } from '@maskwatch/contracts/http';
import { Chip } from '../../components/chip.tsx';
import { Fact } from '../../components/fact.tsx';
import { Icon } from '../../components/icon.tsx';
import { CardDialog } from './card-dialog.tsx';
import styles from './model-card.module.css';
import { ModelFigures } from './model-figures.tsx';
import { ModelStates } from './model-states.tsx';
import { reportAddress } from './report-address.ts';

/** One model: what it says, how well, what it is made of, and its papers. */
export function ModelCard({ model }: { model: UsableModel }) {
  const { name, task, version, running, report, changed } = model;
  return (
    <article className={styles.card} data-model={name} data-running={running}>
      <header>
        <h3>{name}</h3>
        <span className={styles.version}>
          {task} {version}
        </span>
        {running && (
          <Chip tone="good" icon="live">
            running
          </Chip>
        )}
      </header>
      {changed && (
        <p className={styles.changed}>
          <Icon name="warning" />
          The folder holds another one since the start. Start the service again to use it.
        </p>
      )}
      <ModelStates model={model} />
      <div className={styles.columns}>
        <div>
          <ModelFigures measured={model.measured} />
        </div>
        <ModelOrigin model={model} />
      </div>
      <div className={styles.papers}>
        {report && (
          <a href={reportAddress(name)} target="_blank" rel="noreferrer">
            Report<span className={styles.hidden}> of {name}, opens in a new tab</span>
          </a>
        )}
        <CardDialog name={name} />
      </div>
    </article>
  );
}

function ModelOrigin({ model }: { model: UsableModel }) {
  const { name, task, licence, sources, members, running } = model;
  return (
    <dl className={styles.facts}>
      {members !== undefined && (
        <Fact name="Members">
          <ul>
            {members.map((member) => (
              <li key={member.name}>
                {member.name}, weight {member.weight}
                {member.flip && ', also mirrored'}
              </li>
            ))}
          </ul>
        </Fact>
      )}
      <Fact name="Licence">{licence}</Fact>
      {sources.length > 0 && (
        <Fact name="Made from">
          {sources.length === 1 ? sources[0] : <Sources sources={sources} />}
        </Fact>
      )}
      {!running && task !== 'features' && (
        <Fact name="To run it">
          <code>
            models.{task}: {name}
          </code>{' '}
          in the config, then start the service again
        </Fact>
      )}
    </dl>
  );
}

function Sources({ sources }: { sources: readonly string[] }) {
  return (
    <details>
      <summary>{sources.length} sources</summary>
      <ul>
        {sources.map((source) => (
          <li key={source}>{source}</li>
        ))}
      </ul>
    </details>
  );
}
