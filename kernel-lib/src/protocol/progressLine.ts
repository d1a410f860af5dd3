/** Words at the end of a line of progress that goes on: how long it still takes, in minutes and seconds. Empty where that is not known. */
export function timeLeft(seconds: number): string {
  const whole = Math.round(seconds);
  return Number.isFinite(whole) ? `, ${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} left` : '';
}

/** A line of progress whose kernel is gone: without its time left, and with the word for it; null for one that is over. */
export function lostLine(line: string, word: string): string | null {
  const going = /^(step|trial) .*?(?=, \d+:\d\d left$)/s.exec(line);
  return going === null ? null : `${word} after ${going[0]}`;
}
