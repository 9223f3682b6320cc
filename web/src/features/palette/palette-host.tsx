/** Opens the palette and the shortcut sheet; both are loaded when they are first asked for. */
import { lazy, Suspense } from "react";
import { useWorkspace } from "@/shared/lib/workspace";

const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));
const ShortcutSheet = lazy(async () => ({ default: (await import("./shortcut-sheet")).ShortcutSheet }));

export function PaletteHost({ conversationId }: { conversationId: string | null }) {
  const paletteOpen = useWorkspace((workspace) => workspace.paletteOpen);
  const shortcutsOpen = useWorkspace((workspace) => workspace.shortcutsOpen);
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
