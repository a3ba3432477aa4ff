import { fixed } from './numbers';
import { plural, t } from './words';

/** A length of time, short: `< 0.1 s`, `0.2 s`, `34 s`, `2 min 5 s`, `1 h 4 min`. */
export function duration(seconds: number): string {
  if (seconds < 0.05) return t('< {seconds} s', { seconds: fixed(0.1, 1) });
  if (seconds < 9.95) return t('{seconds} s', { seconds: fixed(seconds, 1) });
  const whole = Math.round(seconds);
  if (whole < 60) return t('{seconds} s', { seconds: whole });
  if (whole < 3600)
    return t('{minutes} min {seconds} s', { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  return t('{hours} h {minutes} min', {
    hours: Math.floor(whole / 3600),
    minutes: Math.floor((whole % 3600) / 60),
  });
}

/** What is left, in words that do not flicker: seconds, then minutes, then hours. */
export function timeLeft(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) return plural(whole, '{n} second left', '{n} seconds left');
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return t('about {n} minutes left', { n: minutes });
  return t('about {n} hours left', { n: Math.round(minutes / 30) / 2 });
}
