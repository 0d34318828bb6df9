import { type KeyboardEvent, type MouseEvent, useState } from 'react';
import { fitPicture, pointInPicture, type Size } from '../live/fit-boxes.ts';
import type { PolygonPoint } from './polygon-lines.ts';
import styles from './polygon-picker.module.css';

export interface PolygonPickerProps {
  /** Of the picture, in any unit. */
  size: Size;
  add(point: PolygonPoint): void;
  undo(): void;
}

const step = 0.01;
const moves: Record<string, PolygonPoint> = {
  ArrowLeft: [-step, 0],
  ArrowRight: [step, 0],
  ArrowUp: [0, -step],
  ArrowDown: [0, step],
};
const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** Catches the points of a polygon: by clicks, or by arrow keys and Enter. */
export function PolygonPicker({ size, add, undo }: PolygonPickerProps) {
  const [[x, y], setCursor] = useState<PolygonPoint>([0.5, 0.5]);

  const click = (event: MouseEvent<HTMLButtonElement>) => {
    // A button also "clicks" when Enter is pressed in it: that point is where the crosshair stands.
    if (event.detail === 0) return add([x, y]);
    const area = event.currentTarget.getBoundingClientRect();
    const picture = fitPicture(size, area);
    add(pointInPicture({ x: event.clientX - area.x, y: event.clientY - area.y }, picture));
  };
  const press = (event: KeyboardEvent) => {
    const move = moves[event.key];
    const pace = event.shiftKey ? 5 : 1;
    if (event.key === 'Backspace') undo();
    else if (move === undefined) return;
    else setCursor([clamp(x + move[0] * pace), clamp(y + move[1] * pace)]);
    event.preventDefault();
  };
  return (
    <button
      type="button"
      className={styles.picker}
      onClick={click}
      onKeyDown={press}
      aria-label="Click the corners of the polygon; or move with the arrow keys and press Enter"
    >
      <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
        <path
          d={`M${x * size.width} 0V${size.height}M0 ${y * size.height}H${size.width}`}
          className={styles.crosshair}
        />
      </svg>
    </button>
  );
}
