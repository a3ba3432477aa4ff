/** The translation bundle, English text -> translated text; empty for English. */
export type Words = Readonly<Record<string, string>>;

/** The whole state of a page: the host owns it and sends it after each change. */
export interface StateMessage<S> {
  readonly kind: 'state';
  readonly state: S;
  readonly words: Words;
}
