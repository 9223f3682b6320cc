/** What stands above the oldest loaded message: the way to older ones, and how it goes with loading them. */
import { useStrings } from "@/shared/i18n";
import { loadOlder, useOlder } from "@/shared/live/store";
import { Button } from "@/shared/ui/button";
import { Spinner } from "@/shared/ui/feedback";

export function OlderMessages({ conversationId }: { conversationId: string }) {
  const { thread } = useStrings();
  const { more, loading } = useOlder(conversationId);
  if (!more) {
    return null;
  }
  return (
    <div className="absolute inset-x-0 top-0 flex h-14 items-center justify-center">
      {loading ? (
        <Spinner label={thread.loadingOlder} />
      ) : (
        <Button size="small" variant="ghost" onClick={() => void loadOlder(conversationId)}>
          {thread.loadOlder}
        </Button>
      )}
    </div>
  );
}
