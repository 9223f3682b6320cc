/**
 * Modal dialogs on the browser's own `<dialog>`: it keeps the rest inert, answers Escape and gives the focus back.
 *
 * A dialog stands in the body wherever it is used, and is not in the document while it is closed. What should have the
 * focus first carries `data-autofocus`; else it is the first control of the content.
 */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useStrings } from "@/shared/i18n";
import { Button, IconButton } from "./button";
import { classNames } from "./class-names";
import { ProblemText } from "./feedback";
import { enterLayer, SurroundingLayer } from "./layer";

type Placement = "center" | "top" | "left" | "right";
type Size = "small" | "medium" | "large";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  size?: Size | undefined;
  placement?: Placement | undefined;
  children?: ReactNode;
  footer?: ReactNode;
  /** Leaves the title to screen readers; the content then brings its own way to close, besides Escape and a click outside. */
  hideTitle?: boolean | undefined;
  className?: string | undefined;
}

const SIZES: Readonly<Record<Size, string>> = { small: "max-w-md", medium: "max-w-xl", large: "max-w-4xl" };

const DRAWER = "m-0 h-dvh max-h-none w-[min(20rem,86vw)] max-w-none";

const PLACEMENTS: Readonly<Record<Placement, string>> = {
  center:
    "m-auto max-h-[min(46rem,calc(100dvh-2rem))] w-[calc(100vw-2rem)] rounded-xl max-sm:mb-0 max-sm:max-h-[calc(100dvh-1.5rem)] max-sm:w-full max-sm:max-w-none max-sm:rounded-b-none max-sm:pb-[env(safe-area-inset-bottom)]",
  top: "mx-auto mt-[12dvh] mb-auto max-h-[76dvh] w-[calc(100vw-1.5rem)] rounded-xl max-sm:mt-3 max-sm:max-h-[calc(100dvh-1.5rem)] [--dialog-from:0_-8px]",
  left: `${DRAWER} mr-auto border-e [--dialog-from:-24px_0]`,
  right: `${DRAWER} ml-auto border-s [--dialog-from:24px_0]`,
};

const CONTROLS =
  'input:not([type="hidden"], :disabled), textarea:not(:disabled), select:not(:disabled), button:not(:disabled), a[href], [tabindex="0"]';

export function Dialog({ open, ...rest }: DialogProps) {
  return open ? createPortal(<OpenDialog {...rest} />, document.body) : null;
}

function OpenDialog({
  onClose,
  title,
  description,
  size = "medium",
  placement = "center",
  children,
  footer,
  hideTitle = false,
  className,
}: Omit<DialogProps, "open">) {
  const { common } = useStrings();
  const reference = useRef<HTMLDialogElement>(null);
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  const pressedOutside = useRef(false);
  const titleId = useId();
  const descriptionId = useId();

  useLayoutEffect(() => {
    const dialog = reference.current;
    if (dialog === null) return;
    const opener = focusTarget(document.activeElement);
    dialog.showModal();
    focusFirst(dialog);
    setLayer(dialog);
    const leaveLayer = enterLayer(dialog);
    return () => {
      leaveLayer();
      dialog.close();
      if (opener?.isConnected) opener.focus();
    };
  }, []);

  const sized = placement === "center" || placement === "top";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape, which the browser answers, is the keyboard's way out.
    <dialog
      ref={reference}
      tabIndex={-1}
      aria-labelledby={titleId}
      aria-describedby={description === undefined ? undefined : descriptionId}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => {
        // The browser may close a dialog without asking; one that is open again was only mounted twice.
        if (event.target === event.currentTarget && !event.currentTarget.open) onClose();
      }}
      onPointerDown={(event) => {
        pressedOutside.current = event.target === event.currentTarget;
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget && pressedOutside.current) onClose();
      }}
      className={classNames(
        "dialog fixed inset-0 flex-col overflow-hidden bg-raised p-0 text-base text-ink shadow-lg outline-none open:flex",
        PLACEMENTS[placement],
        sized && SIZES[size],
        className,
      )}
    >
      <SurroundingLayer value={layer}>
        <div className="flex min-h-0 flex-1 flex-col">
          <header
            className={classNames(
              "shrink-0",
              hideTitle ? "sr-only" : "flex items-start gap-3 px-5 pt-4 pb-3",
            )}
          >
            <div className="min-w-0 flex-1 pt-1">
              <h2 id={titleId} className="font-semibold text-lg leading-6 tracking-tight">
                {title}
              </h2>
              {description !== undefined && (
                <div id={descriptionId} className="mt-1 text-muted text-sm">
                  {description}
                </div>
              )}
            </div>
            {!hideTitle && (
              <IconButton
                label={common.close}
                icon={<X />}
                onClick={onClose}
                tooltipSide="bottom"
                className="-me-1.5"
              />
            )}
          </header>
          {children !== undefined && (
            <div
              data-dialog-body=""
              className={classNames(
                "min-h-0 flex-1 overflow-y-auto overscroll-contain",
                !hideTitle && "px-5 pt-1 pb-5",
              )}
            >
              {children}
            </div>
          )}
          {footer !== undefined && (
            <footer
              data-dialog-body=""
              className="flex shrink-0 flex-wrap justify-end gap-2 border-t bg-surface px-5 py-3"
            >
              {footer}
            </footer>
          )}
        </div>
      </SurroundingLayer>
    </dialog>
  );
}

export interface ConfirmDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description: ReactNode;
  confirmLabel: string;
  danger?: boolean | undefined;
  /** May take its time; the dialog closes when it is done and stays, saying why, when it fails. */
  onConfirm: () => unknown;
  /** It was confirmed, and the dialog is gone: takes the focus on where what had it went with what was confirmed. */
  onDone?: (() => void) | undefined;
}

export function ConfirmDialog({ open, ...rest }: ConfirmDialogProps) {
  return open ? <OpenConfirmDialog {...rest} /> : null;
}

function OpenConfirmDialog({
  onClose,
  title,
  description,
  confirmLabel,
  danger = false,
  onConfirm,
  onDone,
}: Omit<ConfirmDialogProps, "open">) {
  const { common } = useStrings();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const here = useRef(true);
  const confirmed = useRef(false);
  const done = useRef(onDone);
  done.current = onDone;

  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
      if (confirmed.current) done.current?.();
    };
  }, []);

  async function confirm() {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      confirmed.current = true;
      // What was confirmed may have taken the dialog away already, with the part of the page that it belonged to.
      if (here.current) onClose();
      else done.current?.();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={description}
      size="small"
      footer={
        <>
          <Button onClick={onClose} data-autofocus={danger ? "" : undefined}>
            {common.cancel}
          </Button>
          <Button
            variant={danger ? "danger" : "primary"}
            busy={busy}
            onClick={confirm}
            data-autofocus={danger ? undefined : ""}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      {error === undefined ? undefined : <ProblemText error={error} />}
    </Dialog>
  );
}

function focusFirst(dialog: HTMLDialogElement): void {
  const wanted = dialog.querySelector<HTMLElement>("[data-autofocus]");
  const bodies = [...dialog.querySelectorAll<HTMLElement>("[data-dialog-body]")];
  const first = bodies
    .map((body) => body.querySelector<HTMLElement>(CONTROLS))
    .find((control) => control !== null);
  (wanted ?? first ?? dialog).focus();
}

/** What gets the focus back: the element that has it, or the trigger of the menu that it is in and that will be gone. */
function focusTarget(active: Element | null): HTMLElement | null {
  let target = active;
  for (let menu = target?.closest('[role="menu"]'); menu; menu = target?.closest('[role="menu"]')) {
    target = document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  }
  return target instanceof HTMLElement ? target : null;
}
