import { useMatches } from '@tanstack/react-router';
import { useEffect } from 'react';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    title?: string;
  }
}

/** The tab's title: how many alerts are new, then the page. */
export function titleOfPage(newCount: number, page: string | undefined): string {
  const count = newCount > 0 ? `(${newCount}) ` : '';
  return `${count}${page === undefined ? '' : `${page} · `}maskwatch`;
}

export function usePageTitle(newCount: number): void {
  const page = useMatches({
    select: (matches) => matches.findLast(({ staticData }) => staticData.title)?.staticData.title,
  });
  useEffect(() => {
    document.title = titleOfPage(newCount, page);
  }, [newCount, page]);
}
