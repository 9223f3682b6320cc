/** Says that the page has lost the server, and when it tries again; and offers the new page after an upgrade. */
import { useEffect, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { reconnectNow, useConnection } from "@/shared/live/store";
import { Button } from "@/shared/ui/button";
import { Banner } from "@/shared/ui/feedback";

/** A connection that comes back at once is not worth a word. */
const QUIET_MILLISECONDS = 1500;

export function ConnectionBanner() {
  const t = useStrings();
  const connection = useConnection();
  const lost = connection.kind === "reconnecting";
  const worthSaying = useAfter(lost, QUIET_MILLISECONDS);
  if (worthSaying) {
    return (
      <Banner
        tone="warning"
        title={t.frame.reconnecting}
        action={
          <Button size="small" onClick={reconnectNow}>
            {t.frame.reconnectNow}
          </Button>
        }
      >
        {t.frame.nothingLost}
      </Banner>
    );
  }
  if (connection.updated) {
    return (
      <Banner
        tone="info"
        title={t.frame.updated}
        action={
          <Button size="small" onClick={() => location.reload()}>
            {t.frame.reload}
          </Button>
        }
      />
    );
  }
  return null;
}

/** Whether something has been so for that long. */
function useAfter(so: boolean, milliseconds: number): boolean {
  const [after, setAfter] = useState(false);
  useEffect(() => {
    if (!so) {
      setAfter(false);
      return;
    }
    const timer = setTimeout(() => setAfter(true), milliseconds);
    return () => clearTimeout(timer);
  }, [so, milliseconds]);
  return after;
}
