/**
 * Where somebody reads within a message that is higher than the page. When the message changes its height, this tells
 * whether it was above that place: then the list scrolls along, and what is read stays where it is.
 */
const PROBES = [12, 32, 56];

export class ReadingPlace {
  private element: Element | null = null;
  /** Its distance from the beginning of what scrolls. */
  private offset = 0;

  /** Notes what is seen first. Of what lies at the top edge, the innermost thing that begins last is the best mark. */
  note(scroller: HTMLElement): void {
    const frame = scroller.getBoundingClientRect();
    let best: { element: Element; top: number } | null = null;
    for (const probe of PROBES) {
      const element = document.elementFromPoint(frame.left + frame.width / 2, frame.top + probe);
      if (element && element !== scroller && scroller.contains(element)) {
        const { top } = element.getBoundingClientRect();
        if (!best || top > best.top) {
          best = { element, top };
        }
      }
    }
    this.element = best?.element ?? null;
    this.offset = best ? best.top - frame.top + scroller.scrollTop : 0;
  }

  /** By how many pixels the noted thing was moved since; null where it is gone. */
  moved(scroller: HTMLElement): number | null {
    if (!this.element?.isConnected) {
      return null;
    }
    const top = this.element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    return top + scroller.scrollTop - this.offset;
  }
}
