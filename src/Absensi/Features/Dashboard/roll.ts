import { component, pageData } from '@/alpine';
import { type AttendanceEvent, isArrival } from '@/live/events';
import { hourMinute, thousands } from '@/words';

type Person = { id: number; name: string };
type Latecomer = Person & { user_id: number; time: string };
type Page = { metrics: { today_count: number }; trends: { employees: number; missing: Person[]; late: Latecomer[]; days: { late: number }[] } };

/** Who is not here yet, and who came late. The lists are cut to a hundred names; the numbers are not. */
component('roll', () => {
  const { metrics, trends } = pageData<Page>();

  return {
    tab: 'missing' as 'missing' | 'late',
    missing: trends.missing,
    late: trends.late,
    missingCount: Math.max(0, trends.employees - metrics.today_count),
    lateCount: trends.days.at(-1)?.late ?? 0,

    init() {
      document.addEventListener('absensi:event', (event) => this.arrived((event as CustomEvent<AttendanceEvent>).detail));
    },

    get showsMissing() { return this.tab === 'missing'; },
    get showsLate() { return this.tab === 'late'; },
    get missingText() { return thousands(this.missingCount); },
    get lateText() { return thousands(this.lateCount); },
    get nobodyMissing() { return this.showsMissing && this.missingCount === 0; },
    get nobodyLate() { return this.showsLate && this.lateCount === 0; },
    get more() {
      const hidden = this.showsMissing ? this.missingCount - this.missing.length : this.lateCount - this.late.length;
      return hidden > 0 ? `dan ${thousands(hidden)} orang lagi` : '';
    },
    get rows() { return this.showsMissing ? this.missing.length : this.late.length; },

    show(tab: 'missing' | 'late') { this.tab = tab; },
    swap() {
      this.show(this.showsMissing ? 'late' : 'missing');
      this.$refs[this.tab]!.focus();
    },

    arrived(event: AttendanceEvent) {
      if (!isArrival(event)) return;
      const { data } = event;
      // Somebody who was added since the page was loaded is not among those it counts.
      if (this.missing.some((person) => person.id === data.user_id) || this.missingCount > this.missing.length) this.missingCount--;
      this.missing = this.missing.filter((person) => person.id !== data.user_id);
      // Who came while the page was being made is there already.
      if (data.status !== 'Terlambat' || this.late.some((person) => person.id === data.id)) return;
      this.late = [{ id: data.id, user_id: data.user_id, name: data.user_name, time: hourMinute(data.timestamp) }, ...this.late].slice(0, 100);
      this.lateCount++;
    },
  };
});
