/** Tabs: one panel at a time. Arrow keys move between tabs and choose at once. */
import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { classNames } from "./class-names";

export interface TabItem<Value extends string> {
  value: Value;
  label: string;
  icon?: ReactNode;
  badge?: ReactNode;
}

export interface TabsProps<Value extends string> {
  value: Value;
  onChange: (value: Value) => void;
  items: readonly TabItem<Value>[];
  /** The name of the row of tabs. */
  label: string;
  /** The panel of the chosen tab. */
  children: ReactNode;
  className?: string | undefined;
  panelClassName?: string | undefined;
}

export function Tabs<Value extends string>({
  value,
  onChange,
  items,
  label,
  children,
  className,
  panelClassName,
}: TabsProps<Value>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  function move(event: KeyboardEvent) {
    const index = items.findIndex((item) => item.value === value);
    const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: items.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const item = items[(target + items.length) % items.length];
    if (item === undefined) return;
    onChange(item.value);
    list.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(item.value)}"]`)?.focus();
  }

  return (
    <div className={classNames("flex min-h-0 flex-col", className)}>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        onKeyDown={move}
        className="flex shrink-0 gap-1 overflow-x-auto border-b px-2"
      >
        {items.map((item) => {
          const chosen = item.value === value;
          return (
            <button
              key={item.value}
              type="button"
              role="tab"
              id={`${id}-${item.value}`}
              data-tab={item.value}
              aria-selected={chosen}
              aria-controls={chosen ? `${id}-panel` : undefined}
              tabIndex={chosen ? 0 : -1}
              onClick={() => onChange(item.value)}
              className={classNames(
                "-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2 font-medium text-sm transition-colors pointer-coarse:h-11 [&_svg]:size-4",
                "focus-visible:outline-offset-[-4px]",
                chosen ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
              )}
            >
              {item.icon}
              {item.label}
              {item.badge}
            </button>
          );
        })}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${value}`}
        className={classNames("min-h-0 flex-1", panelClassName)}
      >
        {children}
      </div>
    </div>
  );
}
