import { useQuery } from '@tanstack/react-query';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { type CardBlock, readBlocks, readSpans } from './card-blocks.ts';
import styles from './card-text.module.css';
import { cardQuery } from './model-queries.ts';

/** What its makers say of a model, asked for when somebody opens it. */
export function CardText({ name }: { name: string }) {
  const { data: card, error, refetch } = useQuery(cardQuery(name));
  if (error !== null) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (card === undefined) return <p className={styles.note}>Reading …</p>;
  if (card === null) {
    return (
      <p className={styles.note}>
        It has no card. Write what it was made from and where it fails into its <code>CARD.md</code>
        .
      </p>
    );
  }
  const blocks = readBlocks(card);
  // The first heading is the name that stands above already.
  const shown = blocks[0]?.kind === 'heading' && blocks[0].level === 1 ? blocks.slice(1) : blocks;
  return (
    <div className={styles.card}>
      {shown.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text have no other name
        <Block key={index} block={block} />
      ))}
    </div>
  );
}

function Block({ block }: { block: CardBlock }) {
  switch (block.kind) {
    case 'heading':
      return (
        <h4>
          <Spans text={block.text} />
        </h4>
      );
    case 'paragraph':
      return (
        <p>
          <Spans text={block.text} />
        </p>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'list':
      return (
        <ul>
          {block.items.map((item) => (
            <li key={item}>
              <Spans text={item} />
            </li>
          ))}
        </ul>
      );
    case 'table':
      return <CardTable {...block} />;
  }
}

function CardTable({ head, rows }: { head: string[]; rows: string[][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reachable by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label="Table of the card">
      <table>
        {head.some((cell) => cell !== '') && (
          <thead>
            <tr>
              {head.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
                <th key={column} scope="col">
                  <Spans text={cell} />
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('|')}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
                <td key={column}>
                  <Spans text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Spans({ text }: { text: string }) {
  return readSpans(text).map(({ kind, text }, index) => {
    const key = `${index}`;
    if (kind === 'code') return <code key={key}>{text}</code>;
    if (kind === 'strong') return <strong key={key}>{text}</strong>;
    return <span key={key}>{text}</span>;
  });
}
