import { Handling } from '@maskwatch/contracts/alert';
import { useQuery } from '@tanstack/react-query';
import { camerasQuery } from '../live/camera-queries.ts';
import { useUnsayable } from '../models/sayable-states.ts';
import { statusQuery } from '../status/status-queries.ts';
import type { AlertFilter } from './alert-filter.ts';
import styles from './alert-filters.module.css';

export interface AlertFiltersProps {
  filter: AlertFilter;
  change(filter: AlertFilter): void;
}

export function AlertFilters({ filter, change }: AlertFiltersProps) {
  const { data: cameras = [] } = useQuery(camerasQuery);
  const { data: status } = useQuery(statusQuery);
  const unsayable: string[] = useUnsayable();
  const rules = (status?.rules ?? []).map(({ id, states }) => {
    const idle = states.length > 0 && states.every((state) => unsayable.includes(state));
    return { id, name: idle ? `${id} (cannot fire now)` : id };
  });
  const set = (key: keyof AlertFilter, value: string) => {
    const { [key]: _, ...rest } = filter;
    change(value === '' ? rest : { ...rest, [key]: value });
  };
  return (
    <form className={styles.filters} aria-label="Filter">
      <Choice
        label="Camera"
        value={filter.camera}
        options={cameras}
        set={(v) => set('camera', v)}
      />
      <Choice label="Rule" value={filter.rule} options={rules} set={(v) => set('rule', v)} />
      <Choice
        label="Handling"
        value={filter.handling}
        options={Handling.options.map((id) => ({ id, name: id }))}
        set={(v) => set('handling', v)}
      />
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: { id: string; name: string }[];
  set(value: string): void;
}

function Choice({ label, value = '', options, set }: ChoiceProps) {
  const known = value === '' || options.some(({ id }) => id === value);
  return (
    <label>
      <span>{label}</span>
      <select
        name={label.toLowerCase()}
        value={value}
        onChange={(event) => set(event.target.value)}
      >
        <option value="">all</option>
        {!known && <option value={value}>{value}</option>}
        {options.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
