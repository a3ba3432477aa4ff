import type { ComponentChildren } from 'preact';
import type { Inquiry, Trainings } from '../../protocol';
import { t } from '../words';

interface InquiryProps<P extends Trainings, A> {
  readonly inquiry: Inquiry<P, A>;
  /** What is done when it is asked, and what that costs. */
  readonly about: string;
  /** What the button says. */
  readonly question: string;
  /** What the person may choose beside the button. */
  readonly choice?: ComponentChildren;
  /** What is missing before it can be asked. */
  readonly missing?: string | undefined;
  readonly ask: () => void;
  readonly cancel: () => void;
  /** How far the trainings are. */
  readonly standing: (progress: P) => string;
  /** What can be shown before the end, if anything. */
  readonly partial?: (progress: P) => ComponentChildren;
  /** `again`: the button that asks once more. */
  readonly answer: (answer: A, again: ComponentChildren) => ComponentChildren;
}

/** A question that takes trainings to answer: the button that asks it, how far it is, and its answer or failure. */
export function InquiryBody<P extends Trainings, A>(props: InquiryProps<P, A>) {
  const { inquiry, about, question, choice, missing, ask, cancel, standing, partial, answer } = props;
  const button = (text: string) => (
    <div class="asking">
      <button type="button" class="button" disabled={missing !== undefined} onClick={ask}>
        {text}
      </button>
      {choice}
      <p class="missing" role="status">
        {missing}
      </p>
    </div>
  );
  switch (inquiry.kind) {
    case 'none':
      return (
        <div class="question">
          <p class="note">{about}</p>
          {button(question)}
        </div>
      );
    case 'running': {
      const { progress, cancelling } = inquiry;
      return (
        <>
          <div class="question">
            <p class="note" role="status">
              {progress.of === 0 ? reading(progress) : standing(progress)}
            </p>
            <span class="bar" style={`--share: ${shareOf(progress).toFixed(3)}`} />
            <button type="button" class="button" disabled={cancelling} onClick={cancel}>
              {cancelling ? t('Cancelling…') : t('Cancel')}
            </button>
          </div>
          {partial?.(progress)}
        </>
      );
    }
    case 'cancelled':
      return (
        <>
          <div class="question">
            <p class="note">{t('Cancelled.')}</p>
            {button(question)}
          </div>
          {partial?.(inquiry.progress)}
        </>
      );
    case 'failed':
      return (
        <div class="question">
          <p class="failure" role="alert">
            {inquiry.failure.message}
          </p>
          {button(t('Try Again'))}
        </div>
      );
    case 'done':
      return <>{answer(inquiry.answer, button(t('Compute Again')))}</>;
  }
}

function reading({ values }: Trainings): string {
  return values === null || values.of === 0
    ? t('Reading the cached values.')
    : t('Bottleneck values: {done} of {images} images', { done: values.done, images: values.of });
}

/** Of the trainings once they have begun, before that of the values they need. */
function shareOf({ values, done, of }: Trainings): number {
  if (of > 0) return done / of;
  return values !== null && values.of > 0 ? values.done / values.of : 0;
}
