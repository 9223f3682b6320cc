/** Opens the palette and the shortcut sheet; both are loaded when they are first asked for. */
import { lazy, Suspense, useEffect } from "react";
import { useWorkspace } from "@/shared/lib/workspace";

const loadPalette = () => import("./palette");
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const ShortcutSheet = lazy(async () => ({ default: (await import("./shortcut-sheet")).ShortcutSheet }));

/** How long the page is left alone before the palette is fetched, in milliseconds. */
const AFTER_START = 2000;

export function PaletteHost({ conversationId }: { conversationId: string | null }) {
  const paletteOpen = useWorkspace((workspace) => workspace.paletteOpen);
  const shortcutsOpen = useWorkspace((workspace) => workspace.shortcutsOpen);
  useEffect(() => {
    // Whoever opens it types at once: it must be there by then.
    // What cannot be fetched now is fetched when it is opened.
    const timer = setTimeout(() => loadPalette().catch(() => undefined), AFTER_START);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Suspense fallback={null}>
      {paletteOpen && (
        <Palette
          conversationId={conversationId}
          onClose={() => useWorkspace.setState({ paletteOpen: false })}
        />
      )}
      {shortcutsOpen && <ShortcutSheet onClose={() => useWorkspace.setState({ shortcutsOpen: false })} />}
    </Suspense>
  );
}
