/** What the tab does by itself: its title and icon, what counts as read, and notifications of what happened elsewhere. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { preferences } from "@/shared/lib/preferences";
import { unreadCount } from "@/shared/live/list";
import { isStillNews, watchNotices } from "@/shared/live/notices";
import { markRead, useConversation, useConversationStatus, useList, useListed } from "@/shared/live/store";
import { tabBadge, tabTitle } from "@/shared/live/title";

const ICONS = {
  none: "/icons/flowent.svg",
  unread: "/icons/flowent-unread.svg",
  running: "/icons/flowent-running.svg",
} as const;

/** How long it may take to learn that somebody is looking at it in another tab or on another device. */
const SEEN_ELSEWHERE_MILLISECONDS = 1000;

/** Whether a person sees this tab: it is shown, and its window is the one in front. */
function isLooking(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

function useLooking(): boolean {
  const [looking, setLooking] = useState(isLooking);
  useEffect(() => {
    const look = () => setLooking(isLooking());
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
  useTitle(conversationId);
  useReading(conversationId);
  useNotifications();
}

function useTitle(conversationId: string | null): void {
  const title = useListed(conversationId ?? "")?.title ?? null;
  const running = useConversation(conversationId ?? "", (view) => view.state.status === "running") ?? false;
  const unread = useList((list) => unreadCount(list));
  useEffect(() => {
    document.title = tabTitle({ unread, running, title });
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (icon) {
      icon.href = ICONS[tabBadge({ unread, running }) ?? "none"];
    }
    // The icon of an installed app; browsers without it go without.
    void navigator.setAppBadge?.(unread).catch(() => undefined);
  }, [unread, running, title]);
}

function useReading(conversationId: string | null): void {
  const looking = useLooking();
  // What is not loaded yet cannot have been read.
  const ready = useConversationStatus(conversationId ?? "") === "ready";
  const answered = useListed(conversationId ?? "")?.answered_seq ?? 0;
  useEffect(() => {
    if (conversationId && looking && ready && answered > 0) {
      markRead(conversationId);
    }
  }, [conversationId, looking, ready, answered]);
}

function useNotifications(): void {
  const t = useStrings();
  const navigate = useNavigate();
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = watchNotices((notice) => {
      if (isLooking()) {
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        const wanted = preferences().notifications && "Notification" in window;
        if (wanted && Notification.permission === "granted" && !isLooking() && isStillNews(notice)) {
          void notify(
            notice.title ?? t.conversations.untitled,
            t.frame.notice[notice.kind],
            notice.conversationId,
          );
        }
      }, SEEN_ELSEWHERE_MILLISECONDS);
      timers.add(timer);
    });
    return () => {
      stop();
      for (const timer of timers) {
        clearTimeout(timer);
      }
    };
  }, [t]);
  useEffect(() => {
    // The service worker asks to open what was notified of.
    const open = (event: MessageEvent<{ open?: unknown }>) => {
      const conversationId = /^\/c\/([\w-]+)$/.exec(String(event.data?.open))?.[1];
      if (conversationId) {
        void navigate({ to: "/c/$conversationId", params: { conversationId } });
      }
    };
    navigator.serviceWorker?.addEventListener("message", open);
    return () => navigator.serviceWorker?.removeEventListener("message", open);
  }, [navigate]);
}

/** Through the service worker, which phones need and which outlives the tab. Several tabs say one thing once: by its tag. */
async function notify(title: string, body: string, conversationId: string): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, {
      body,
      tag: conversationId,
      icon: "/icons/flowent-192.png",
    });
  } catch {
    // The permission was taken back meanwhile, or the browser has no storage for the worker.
  }
}
