/** Two boxes that are joined, by their `data-box`; dead when one of them is. */
export type Link = { from: string; to: string; bell?: boolean; dead?: boolean };

type Step = { link: Link; ms: number };

const svgNamespace = 'http://www.w3.org/2000/svg';
const mostPulses = 12;
const litMs = 700;

/** The lines between the boxes of a diagram, and what travels on them. */
export class Wires {
  private readonly paths = new Map<string, string>();
  private readonly still = matchMedia('(prefers-reduced-motion: reduce)');
  private links: Link[] = [];
  private pulses = 0;

  constructor(private readonly root: HTMLElement, private readonly svg: Element) {
    new ResizeObserver(() => this.draw(this.links)).observe(root);
  }

  draw(links: Link[]): void {
    this.links = links;
    this.paths.clear();
    const lines = links.flatMap((link) => {
      const d = this.route(link);
      if (!d) return [];
      this.paths.set(key(link), d);
      const line = document.createElementNS(svgNamespace, 'path');
      line.setAttribute('d', d);
      line.setAttribute('class', `wire${link.bell ? ' wire-bell' : ''}${link.dead ? ' wire-dead' : ''}`);
      return [line];
    });
    this.svg.replaceChildren(...lines);
  }

  /** Sends a pulse over one stretch after the other; without motion each box it comes to lights up for a moment. */
  async pulse(steps: Step[]): Promise<void> {
    if (document.hidden || this.pulses >= mostPulses) return;
    this.pulses++;
    try {
      for (const { link, ms } of steps) {
        if (!this.still.matches) await this.travel(link, ms);
        this.light(link.to);
      }
    } finally {
      this.pulses--;
    }
  }

  private async travel(link: Link, ms: number): Promise<void> {
    const d = this.paths.get(key(link));
    if (!d) return;
    const dot = document.createElement('span');
    dot.className = link.bell ? 'wire-dot wire-dot-bell' : 'wire-dot';
    dot.style.offsetPath = `path("${d}")`;
    this.root.append(dot);
    try {
      await dot.animate({ offsetDistance: ['0%', '100%'] }, { duration: ms, easing: 'cubic-bezier(0.45, 0, 0.55, 1)', fill: 'forwards' }).finished;
    } finally {
      dot.remove();
    }
  }

  private light(box: string): void {
    const element = this.box(box);
    element?.classList.add('lit');
    setTimeout(() => element?.classList.remove('lit'), litMs);
  }

  private box(name: string): Element | null { return this.root.querySelector(`[data-box="${CSS.escape(name)}"]`); }

  /** From side to side where the boxes stand beside each other, from edge to edge where one is above the other. */
  private route({ from, to }: Link): string | null {
    const origin = this.root.getBoundingClientRect();
    const [a, b] = [this.box(from)?.getBoundingClientRect(), this.box(to)?.getBoundingClientRect()];
    if (!a || !b || a.width === 0 || b.width === 0) return null;
    const middle = (box: DOMRect): [number, number] => [box.left + box.width / 2 - origin.left, box.top + box.height / 2 - origin.top];
    const [[ax, ay], [bx, by]] = [middle(a), middle(b)];
    if (b.left >= a.right || a.left >= b.right) {
      const ahead = b.left >= a.right ? 1 : -1;
      const [x1, x2] = [ax + (ahead * a.width) / 2, bx - (ahead * b.width) / 2];
      const bend = (x1 + x2) / 2;
      return `M${x1} ${ay}C${bend} ${ay} ${bend} ${by} ${x2} ${by}`;
    }
    const down = by > ay ? 1 : -1;
    const [y1, y2] = [ay + (down * a.height) / 2, by - (down * b.height) / 2];
    const bend = (y1 + y2) / 2;
    return `M${ax} ${y1}C${ax} ${bend} ${bx} ${bend} ${bx} ${y2}`;
  }
}

const key = ({ from, to }: Link): string => `${from}>${to}`;
