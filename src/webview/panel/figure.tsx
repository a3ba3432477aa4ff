import type { ComponentChildren } from 'preact';

/** The first band: one large figure, a sentence that carries it, and what it means. */
export function Figure(props: { figure: string; unit: string; lead: string; children?: ComponentChildren }) {
  return (
    <section class="figure" aria-labelledby="lead">
      <p class="number" aria-hidden={props.figure === '–' ? 'true' : undefined}>
        {props.figure}
        {props.unit !== '' && <span class="unit">{props.unit}</span>}
      </p>
      <div class="meaning">
        <h2 class="lead" id="lead">
          {props.lead}
        </h2>
        {props.children}
      </div>
    </section>
  );
}
