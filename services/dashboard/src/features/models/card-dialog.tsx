import { useRef, useState } from 'react';
import styles from './card-dialog.module.css';
import { CardText } from './card-text.tsx';

/** A button that opens what the makers say of a model; it is asked for when it is opened first. */
export function CardDialog({ name }: { name: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [asked, setAsked] = useState(false);
  const open = () => {
    setAsked(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" onClick={open}>
        Card<span className={styles.hidden}> of {name}</span>
      </button>
      <dialog ref={dialog} className={styles.dialog} aria-label={`Card of ${name}`}>
        <header>
          <h2>{name}</h2>
          <form method="dialog">
            <button type="submit">Close</button>
          </form>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={styles.text} tabIndex={0} aria-label="Text of the card">
          {asked && <CardText name={name} />}
        </section>
      </dialog>
    </>
  );
}
