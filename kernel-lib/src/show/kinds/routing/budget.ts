/** Bytes still free, shared out one after the other. */
export class Budget {
  constructor(private room: number) {}

  /** Takes `bytes` where they are at most this part of what is free; says whether it did. */
  take(bytes: number, part: number): boolean {
    const fits = bytes <= this.room * part;
    this.room -= fits ? bytes : 0;
    return fits;
  }

  /** Takes as many pieces as this part of what is free holds, up to `max`; none where that is fewer than `min`. */
  takeMany(bytesEach: number, part: number, { max, min = 1 }: { max: number; min?: number }): number {
    const fit = Math.min(max, Math.floor((this.room * part) / bytesEach));
    const count = fit >= min ? fit : 0;
    this.room -= count * bytesEach;
    return count;
  }

  /** Gives bytes back that were taken. */
  give(bytes: number): void {
    this.room += bytes;
  }
}
