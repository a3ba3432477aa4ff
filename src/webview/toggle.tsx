/** Two or more ways to see the same thing, written as words: `counts · percent`. */
export function Toggle<K extends string>(props: {
  label: string;
  options: readonly { readonly key: K; readonly text: string }[];
  chosen: K;
  choose: (key: K) => void;
}) {
  return (
    <span class="toggle" role="group" aria-label={props.label}>
      {props.options.map(({ key, text }) => (
        <button
          key={key}
          type="button"
          class="word"
          aria-pressed={props.chosen === key}
          onClick={() => props.choose(key)}
        >
          {text}
        </button>
      ))}
    </span>
  );
}
