import type { ComponentChildren } from 'preact';

interface FigureProps {
  /** Null: there is no number to show. */
  readonly figure: string | null;
  readonly unit: string;
  readonly lead: string;
  readonly children?: ComponentChildren;
}

/** The first band: one large figure, a sentence that carries it, and what it means. */
export function Figure({ figure, unit, lead, children }: FigureProps) {
  return (
    <section class={figure === null ? 'figure alone' : 'figure'} aria-labelledby="lead">
      {figure !== null && (
        <p class="number">
          {figure}
          <span class="unit">{unit}</span>
        </p>
      )}
      <div class="meaning">
        <h2 class="lead" id="lead">
          {lead}
        </h2>
        {children}
      </div>
    </section>
  );
}
