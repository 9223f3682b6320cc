/** The list that opens above the text field while a command or a file is typed. The focus stays in the field. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { classNames } from "@/shared/ui/class-names";

export interface CompletionItem {
  id: string;
  label: string;
  /** Places of the matched characters in the label, in code points. */
  matched?: readonly number[] | undefined;
  /** What is to follow, such as "title". */
  argument?: string | undefined;
  description?: string | undefined;
  icon?: ReactNode;
  monospace?: boolean | undefined;
}

export function optionId(listId: string, place: number): string {
  return `${listId}-${place}`;
}

/** The text with its matched characters marked. */
export function Matched({ text, places }: { text: string; places: readonly number[] }) {
  if (places.length === 0) {
    return text;
  }
  const hits = new Set(places);
  const runs: { text: string; hit: boolean; at: number }[] = [];
  Array.from(text).forEach((character, place) => {
    const last = runs.at(-1);
    const hit = hits.has(place);
    if (last && last.hit === hit) {
      last.text += character;
    } else {
      runs.push({ text: character, hit, at: place });
    }
  });
  return runs.map((run) =>
    run.hit ? (
      <span key={run.at} className="font-semibold text-accent">
        {run.text}
      </span>
    ) : (
      run.text
    ),
  );
}

const HEIGHT = 288;
const MARGIN = 20;

/** Where there is room for the list: above the field, unless there is more below. */
function usePlace(list: { readonly current: HTMLElement | null }) {
  const [place, setPlace] = useState({ below: false, height: HEIGHT });
  useLayoutEffect(() => {
    const field = list.current?.parentElement?.parentElement?.getBoundingClientRect();
    if (field) {
      // A phone's keyboard makes the viewport smaller, not the page.
      const bottom = window.visualViewport?.height ?? window.innerHeight;
      const above = field.top - MARGIN;
      const beneath = bottom - field.bottom - MARGIN;
      const below = above < HEIGHT && beneath > above;
      setPlace({ below, height: Math.max(96, Math.min(HEIGHT, below ? beneath : above)) });
    }
  }, [list]);
  return place;
}

export interface CompletionPopupProps {
  id: string;
  label: string;
  items: readonly CompletionItem[];
  active: number;
  /** Said in place of the items, or below them. */
  note?: ReactNode;
  onPoint: (place: number) => void;
  onChoose: (place: number) => void;
}

export function CompletionPopup({ id, label, items, active, note, onPoint, onChoose }: CompletionPopupProps) {
  const list = useRef<HTMLDivElement>(null);
  const { below, height } = usePlace(list);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other items at the same place have to be brought into view too
  useEffect(() => {
    const option = list.current?.querySelector("[aria-selected=true]");
    option?.scrollIntoView?.({ block: "nearest" });
  }, [active, items]);

  return (
    <div
      className={classNames(
        "absolute inset-x-0 z-20 animate-appear overflow-hidden rounded-lg bg-raised shadow-md",
        below ? "top-full mt-1" : "bottom-full mb-2",
      )}
    >
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label={label}
        // It scrolls, so it can be reached; but a click leaves the focus in the field.
        tabIndex={0}
        onMouseDown={(event) => event.preventDefault()}
        style={{ maxHeight: height }}
        className={classNames("overflow-y-auto overscroll-contain", items.length > 0 && "p-1")}
      >
        {items.map((item, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the text field, which has the focus
          <div
            key={item.id}
            id={optionId(id, place)}
            role="option"
            tabIndex={-1}
            aria-selected={place === active}
            onMouseMove={() => place !== active && onPoint(place)}
            onClick={() => onChoose(place)}
            className={classNames(
              "flex min-h-8 cursor-default items-center gap-2.5 rounded-sm px-2 py-1 text-sm pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted",
              place === active && "bg-hover",
            )}
          >
            {item.icon}
            <span
              className={classNames(
                "flex min-w-0 items-baseline gap-2",
                item.description !== undefined && "w-36 shrink-0 max-sm:w-28",
              )}
            >
              <span className={classNames("truncate", item.monospace === true && "font-mono text-xs")}>
                <Matched text={item.label} places={item.matched ?? []} />
              </span>
              {item.argument !== undefined && (
                <span className="shrink-0 text-muted text-xs">{item.argument}</span>
              )}
            </span>
            {item.description !== undefined && (
              <span className="min-w-0 truncate text-muted text-xs">{item.description}</span>
            )}
          </div>
        ))}
      </div>
      {note !== undefined && (
        <p className={classNames("px-3 py-2 text-muted text-xs", items.length > 0 && "border-line border-t")}>
          {note}
        </p>
      )}
    </div>
  );
}
