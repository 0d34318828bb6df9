import type { BrokenModel, UsableModel } from '@maskwatch/contracts/http';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { BrokenModelCard } from './broken-model-card.tsx';
import { ModelCard } from './model-card.tsx';
import { isUsable, modelsQuery } from './model-queries.ts';
import styles from './models-page.module.css';

const example = `npx maskwatch train classifier PICTURES --out mask-office
npx maskwatch evaluate classifier PICTURES --model mask-office`;

/** With what the service judges, how well, and what else this machine has. */
export function ModelsPage() {
  const { data: models, error, refetch } = useQuery(modelsQuery);
  const running = models?.filter((model) => model.running) ?? [];
  const others = models?.filter((model) => !model.running) ?? [];
  return (
    <div className={styles.page}>
      <h1>Models</h1>
      {error !== null && <ProblemNotice error={error} retry={() => void refetch()} />}
      {models !== undefined && (
        <>
          <ModelGroup id="running" title="In use" models={running} />
          {others.length === 0 ? (
            <EmptyNotice icon="layers" title="There is no other model">
              <p>Train one on your own pictures, in a folder a class, and see how good it is:</p>
              <pre>{example}</pre>
            </EmptyNotice>
          ) : (
            <ModelGroup id="others" title="Others on this machine" models={others} />
          )}
          <HowToRead />
        </>
      )}
    </div>
  );
}

interface ModelGroupProps {
  id: string;
  title: string;
  models: readonly (UsableModel | BrokenModel)[];
}

function ModelGroup({ id, title, models }: ModelGroupProps): ReactNode {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className={styles.models} data-group={id}>
        {models.map((model) =>
          isUsable(model) ? (
            <ModelCard key={model.name} model={model} />
          ) : (
            <BrokenModelCard key={model.name} model={model} />
          ),
        )}
      </div>
    </section>
  );
}

function HowToRead() {
  return (
    <details className={styles.help}>
      <summary>How to read the figures</summary>
      <dl>
        {terms.map(([term, meaning]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p>
        Figures were measured by the model’s makers on the pictures named above them. On your own
        pictures they can be worse: <code>maskwatch evaluate</code> measures that.
      </p>
    </details>
  );
}

const terms = [
  ['precision', 'the share that is right of all that was found or said'],
  ['recall', 'the share that was found or said of all that was there'],
  ['AP', 'average precision: both in one figure, over all confidences; 1 is perfect'],
  ['found', 'whether the face was found at all, also with a box that is drawn wider'],
  ['F1', 'both in one figure, at the threshold in use'],
  ['accuracy', 'the share of faces that were judged as they are labelled'],
  ['balanced accuracy', 'the same, with each state counted alike however rare it is'],
  ['judged share', 'the share that gets a state; the rest is unknown'],
  ['leaky accuracy', 'with look-alikes learned from and asked for: too good, only to compare'],
  ['px', 'the size of a face in pixels: the square root of width times height'],
] as const;
