import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Hands `take` the inner size of an element in CSS pixels, once it is there and whenever it changes. */
export function useInnerSize(
  box: RefObject<HTMLElement | null>,
  take: (size: { readonly width: number; readonly height: number }) => void,
): void {
  useEffect(() => {
    const target = box.current;
    if (!target) return;
    const observer = new ResizeObserver(() =>
      take({ width: target.clientWidth, height: target.clientHeight }),
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
}
