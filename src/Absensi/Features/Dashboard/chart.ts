import { component, pageData } from '@/alpine';
import { type AttendanceEvent, isArrival } from '@/live/events';
import { oneDecimal, thousands } from '@/words';
import { arrive, type Bucket, bucketMinutes, clockText, columns, line, peak, range } from './arrivals';

type Page = { work_start: number; trends: { today: Bucket[]; usual: Bucket[] } };

/** Today's arrivals in columns of five minutes, the usual day as a line. */
component('arrivals', () => {
  const { work_start: workStart, trends: { usual, ...trends } } = pageData<Page>();

  return {
    today: trends.today,
    pointed: null as number | null,

    init() {
      document.addEventListener('absensi:event', (event) => this.arrived((event as CustomEvent<AttendanceEvent>).detail));
    },

    get span() { return range([...this.today, ...usual], workStart); },
    get top() { return peak(this.today, usual); },
    get box() { return `0 0 ${(this.span.to - this.span.from) / bucketMinutes} 100`; },
    get onTime() { return columns(this.today, this.span.from, this.top, (bucket) => bucket.count - bucket.late, () => 0); },
    get late() { return columns(this.today, this.span.from, this.top, (bucket) => bucket.late, (bucket) => bucket.count - bucket.late); },
    get usualLine() { return line(usual, this.span.from, this.span.to, this.top); },
    get hasUsual() { return usual.length > 0; },
    get isEmpty() { return this.today.length === 0; },
    get limit() { return this.percent(workStart); },
    get limitText() { return `batas ${clockText(workStart)}`; },
    get hours() {
      const hours = [];
      for (let minute = this.span.from; minute <= this.span.to; minute += 60) hours.push({ text: clockText(minute), minute });
      return hours;
    },
    get summary() {
      if (this.pointed === null) {
        const late = this.today.reduce((sum, bucket) => sum + bucket.late, 0);
        const all = this.today.reduce((sum, bucket) => sum + bucket.count, 0);
        return `${thousands(all - late)} tepat waktu, ${thousands(late)} terlambat`;
      }
      const at = (buckets: Bucket[]): number => buckets.find((bucket) => bucket.minute === this.pointed)?.count ?? 0;
      const usually = this.hasUsual ? `, biasanya ${oneDecimal(at(usual))}` : '';
      return `${clockText(this.pointed)}–${clockText(this.pointed + bucketMinutes)}: ${thousands(at(this.today))} orang${usually}`;
    },

    percent(minute: number) { return `${((minute - this.span.from) / (this.span.to - this.span.from)) * 100}%`; },

    point(event: PointerEvent) {
      const { left, width } = this.$refs.plot!.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - left) / width, 0), 0.9999);
      const { from, to } = this.span;
      this.pointed = from + Math.floor((share * (to - from)) / bucketMinutes) * bucketMinutes;
    },

    unpoint() { this.pointed = null; },

    arrived(event: AttendanceEvent) {
      if (isArrival(event)) this.today = arrive(this.today, event.data.timestamp, event.data.status === 'Terlambat');
    },
  };
});
