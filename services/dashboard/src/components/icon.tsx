/** Drawn on a 16 by 16 grid; every state has a shape of its own, not only a colour. */
const paths = {
  check: 'M3.2 8.6 6.6 12 12.8 4.6',
  cross: 'M4 4l8 8M12 4l-8 8',
  tilt: 'M8 2.2 14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.2',
  question: 'M5.6 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.8M8 12.4v.2',
  live: 'M8 6.2a1.8 1.8 0 1 0 .01 0M4 12a5.6 5.6 0 0 1 0-8M12 4a5.6 5.6 0 0 1 0 8',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  snow: 'M8 2v12M2.8 5l10.4 6M13.2 5 2.8 11',
  unplugged: 'M5.5 2.5v3M10.5 2.5v3M4 5.5h8v2a4 4 0 0 1-8 0zM8 11.5v2.5M2 14 14 2',
  blind: 'M1.6 8S4 3.8 8 3.8 14.4 8 14.4 8 12 12.2 8 12.2 1.6 8 1.6 8zM2.5 13.5l11-11',
  bell: 'M8 2a4 4 0 0 0-4 4v3l-1.4 2.4h10.8L12 9V6a4 4 0 0 0-4-4zM6.6 13.4a1.5 1.5 0 0 0 2.8 0',
  sound: 'M2.5 6v4h2.6L8.5 13V3L5.1 6zM11 5.5a3.6 3.6 0 0 1 0 5M13 3.8a6 6 0 0 1 0 8.4',
  mute: 'M2.5 6v4h2.6L8.5 13V3L5.1 6zM11 6l3.6 4M14.6 6 11 10',
  sun: 'M8 5.2a2.8 2.8 0 1 0 .01 0M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M13 3l-1.2 1.2M4.2 11.8 3 13',
  moon: 'M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7z',
  auto: 'M2 3h12v8H2zM5.5 14h5M8 11v3',
  grid: 'M2.5 2.5h4.6v4.6H2.5zM8.9 2.5h4.6v4.6H8.9zM2.5 8.9h4.6v4.6H2.5zM8.9 8.9h4.6v4.6H8.9z',
  send: 'M14 2 7 9M14 2 9.6 14 7 9 2 6.4z',
  layers: 'M8 2 14.5 5.2 8 8.4 1.5 5.2zM1.5 8.2 8 11.4l6.5-3.2M1.5 11.2 8 14.4l6.5-3.2',
  pulse: 'M1.5 8.5h3L6.5 3l3 10 2-4.5h3',
  help: 'M5.6 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.8M8 12.4v.2',
  back: 'M10 3 5 8l5 5',
  leave: 'M6.5 2.5h-4v11h4M6 8h8M11 5l3 3-3 3',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6',
  clock: 'M8 1.8a6.2 6.2 0 1 0 .01 0M8 4.6V8l2.4 1.6',
  warning: 'M8 2.2 14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.2',
} as const;

export type IconName = keyof typeof paths;

/** The outline of an icon, in a square of 16; for canvases. */
export function iconPath(name: IconName): string {
  return paths[name];
}

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
