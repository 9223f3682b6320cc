/** Files dropped anywhere on the page are attached; while they are held over it, it says so. */
import { Paperclip } from "lucide-react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useStrings } from "@/shared/i18n";
import { useLatest } from "@/shared/lib/use-latest";

function hasFiles(event: DragEvent): boolean {
  return (
    event.dataTransfer?.types.includes("Files") === true && document.querySelector("dialog[open]") === null
  );
}

export function DropZone({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const text = useStrings().composer.files;
  const [over, setOver] = useState(false);
  const dropped = useLatest(onFiles);

  useEffect(() => {
    const control = new AbortController();
    const { signal } = control;
    const hold = (event: DragEvent) => {
      if (hasFiles(event)) {
        // Without this the browser opens the file in place of the page.
        event.preventDefault();
        setOver(true);
      }
    };
    addEventListener("dragenter", hold, { signal });
    addEventListener("dragover", hold, { signal });
    addEventListener(
      "dragleave",
      (event) => {
        // Leaving the window enters nothing.
        if (event.relatedTarget === null) {
          setOver(false);
        }
      },
      { signal },
    );
    addEventListener(
      "drop",
      (event) => {
        setOver(false);
        if (hasFiles(event)) {
          event.preventDefault();
          dropped(Array.from(event.dataTransfer?.files ?? []));
        }
      },
      { signal },
    );
    return () => control.abort();
  }, [dropped]);

  if (!over) {
    return null;
  }
  return createPortal(
    <div className="pointer-events-none fixed inset-0 z-40 flex animate-appear items-center justify-center bg-canvas/85 p-4">
      <div className="flex flex-col items-center gap-2 rounded-2xl border-2 border-accent border-dashed bg-raised px-10 py-8 text-center shadow-lg">
        <Paperclip aria-hidden="true" className="size-6 text-accent" />
        <p className="font-medium text-lg">{text.drop}</p>
        <p className="text-muted text-sm">{text.dropHint}</p>
      </div>
    </div>,
    document.body,
  );
}
