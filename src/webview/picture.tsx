import { useSignal, useSignalEffect } from '@preact/signals';
import { useContext, useEffect, useRef } from 'preact/hooks';
import { ThumbnailSource, type PictureUrl } from './thumbnails';

interface PictureProps {
  readonly path: string;
  /** Shows all of it; otherwise it is cropped to its square. */
  readonly whole?: boolean;
}

/** A picture that is asked for when it comes near the window. It is decoration: what stands around it names it. */
export function Picture(props: PictureProps) {
  return <OnePicture key={props.path} {...props} />;
}

function OnePicture({ path, whole = false }: PictureProps) {
  const source = useContext(ThumbnailSource);
  const box = useRef<HTMLSpanElement>(null);
  const near = useSignal(false);
  const url = useSignal<PictureUrl>(undefined);

  useEffect(() => {
    if (!box.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) near.value = true;
      },
      { rootMargin: '200px' },
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  useSignalEffect(() => {
    if (!near.value || !source) return;
    const held = source.hold(path);
    const stop = held.subscribe((next) => {
      url.value = next;
    });
    return () => {
      stop();
      source.release(path);
    };
  });

  const state = url.value === undefined ? 'coming' : url.value === null ? 'none' : 'here';
  return (
    <span ref={box} class={`picture ${whole ? 'whole' : ''}`} data-state={state}>
      {typeof url.value === 'string' && <img src={url.value} alt="" draggable={false} />}
    </span>
  );
}
