import type { ComponentChildren } from 'preact';

interface BandProps {
  readonly id: string;
  readonly title: string;
  /** The title holds a label, whose letters stay as they are. */
  readonly verbatim?: boolean;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One question of the page: a quiet heading, what belongs to it at the right, and the answer below. */
export function Band({ id, title, verbatim = false, aside, children }: BandProps) {
  return (
    <section class="band" id={id} aria-labelledby={`${id}-title`}>
      <header class="band-head">
        <h2 id={`${id}-title`} class={verbatim ? 'verbatim' : ''} tabIndex={-1}>
          {title}
        </h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** Brings a band into view and its heading into focus. */
export function goTo(id: string): void {
  const title = document.getElementById(`${id}-title`);
  title?.scrollIntoView({ block: 'nearest', behavior: calm() ? 'auto' : 'smooth' });
  title?.focus({ preventScroll: true });
}

function calm(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') ||
    window.matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}
