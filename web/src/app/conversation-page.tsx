/** One conversation: its header, its thread, the composer below it and the panel beside it. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { Composer } from "@/features/composer/composer";
import { ConversationHeader } from "@/features/conversations/header";
import { Thread } from "@/features/thread/thread";
import { useStrings } from "@/shared/i18n";
import { setPreference, usePreference } from "@/shared/lib/preferences";
import { openConversation, useConversationStatus } from "@/shared/live/store";
import { Dialog } from "@/shared/ui/dialog";
import { useMedia } from "@/shared/ui/use-media";
import { Aside } from "./aside";

const SidePanel = lazy(async () => ({ default: (await import("@/features/panel/panel")).SidePanel }));

export function ConversationPage() {
  const { conversationId } = useParams({ from: "/workspace/c/$conversationId" });
  const navigate = useNavigate();
  useEffect(() => openConversation(conversationId), [conversationId]);
  const status = useConversationStatus(conversationId);
  const open = (id: string) => void navigate({ to: "/c/$conversationId", params: { conversationId: id } });
  return (
    <div className="flex min-h-0 flex-1">
      <section className="flex min-w-0 flex-1 flex-col">
        <ConversationHeader conversationId={conversationId} />
        <Thread conversationId={conversationId} onForked={open} />
        {status === "ready" && <Composer conversationId={conversationId} onCreated={open} />}
      </section>
      {status === "ready" && (
        <PanelSlot>
          <SidePanel key={conversationId} conversationId={conversationId} />
        </PanelSlot>
      )}
    </div>
  );
}

/** Beside the thread where there is room, else over it. */
function PanelSlot({ children }: { children: ReactNode }) {
  const t = useStrings();
  const open = usePreference("panelOpen");
  const roomy = useMedia("(min-width: 1100px)");
  if (!open) {
    return null;
  }
  const panel = <Suspense fallback={null}>{children}</Suspense>;
  if (roomy) {
    return (
      <Aside label={t.panel.title} className="w-[26rem] border-l">
        {panel}
      </Aside>
    );
  }
  return (
    <Dialog
      open
      onClose={() => setPreference("panelOpen", false)}
      title={t.panel.title}
      placement="right"
      hideTitle
    >
      {panel}
    </Dialog>
  );
}
