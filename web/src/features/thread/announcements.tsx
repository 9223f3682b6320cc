/** Says to screen readers how the answer goes: begun, complete, failed, stopped. Never its text as it arrives. */
import { useEffect, useRef } from "react";
import { strings } from "@/shared/i18n";
import { useConversation } from "@/shared/live/store";
import { announce } from "@/shared/ui/announcer";
import { answerText } from "./assistant-message";
import { messagesOf } from "./current-view";

const SPOKEN_CHARACTERS = 400;

export function Announcements({ conversationId }: { conversationId: string }) {
  const running = useConversation(conversationId, (view) => view.state.status !== "idle");
  const headId = useConversation(conversationId, (view) => view.state.head);
  const latest = useRef({ running, headId });
  useEffect(() => {
    const was = latest.current.running;
    latest.current = { running, headId };
    if (was === undefined || running === undefined || was === running) {
      return;
    }
    const { thread } = strings();
    if (running) {
      announce(thread.announceStarted);
      return;
    }
    const message = messagesOf(conversationId).get(headId ?? "");
    switch (message?.author === "assistant" ? message.status : undefined) {
      case "completed":
        announce(thread.announceDone(message ? answerText(message).slice(0, SPOKEN_CHARACTERS) : ""));
        break;
      case "failed":
        announce(thread.announceFailed, "assertive");
        break;
      case "interrupted":
        announce(thread.announceStopped);
        break;
    }
  }, [running, headId, conversationId]);
  return null;
}
