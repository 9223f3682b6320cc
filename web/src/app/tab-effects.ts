/** What the tab does by itself: its title, what counts as read, and notifications of what happened elsewhere. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { preferences } from "@/shared/lib/preferences";
import { unreadCount } from "@/shared/live/list";
import { watchNotices } from "@/shared/live/notices";
import { markRead, useConversation, useList, useListed } from "@/shared/live/store";
import { tabTitle } from "@/shared/live/title";

function useLooking(): boolean {
  const [looking, setLooking] = useState(() => document.visibilityState === "visible" && document.hasFocus());
  useEffect(() => {
    const look = () => setLooking(document.visibilityState === "visible" && document.hasFocus());
    addEventListener("focus", look);
    addEventListener("blur", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      removeEventListener("blur", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return looking;
}

export function useTabEffects(conversationId: string | null): void {
  const t = useStrings();
  const navigate = useNavigate();
  const looking = useLooking();
  const listed = useListed(conversationId ?? "");
  const running = useConversation(conversationId ?? "", (view) => view.state.status === "running") ?? false;
  const unread = useList((list) => unreadCount(list));

  useEffect(() => {
    document.title = tabTitle({ unread, running, title: listed?.title ?? null });
  }, [unread, running, listed?.title]);

  const answered = listed?.answered_seq ?? 0;
  useEffect(() => {
    if (conversationId && looking && answered > 0) {
      markRead(conversationId);
    }
  }, [conversationId, looking, answered]);

  useEffect(
    () =>
      watchNotices((notice) => {
        const seen = document.visibilityState === "visible" && document.hasFocus();
        if (
          seen ||
          !preferences().notifications ||
          !("Notification" in window) ||
          Notification.permission !== "granted"
        ) {
          return;
        }
        const notification = new Notification(notice.title ?? t.conversations.untitled, {
          body: t.frame.notice[notice.kind],
          tag: notice.conversationId,
          icon: "/icons/flowent-192.png",
        });
        notification.onclick = () => {
          window.focus();
          void navigate({ to: "/c/$conversationId", params: { conversationId: notice.conversationId } });
          notification.close();
        };
      }),
    [navigate, t],
  );
}
