/**
 * The frame around everything that needs a login: the list of conversations at the left, the page, and what stands above
 * both (palette, toasts, the state of the connection). It follows the server as long as it is on the page.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { ConversationSidebar } from "@/features/conversations/sidebar";
import { PaletteHost } from "@/features/palette/palette-host";
import { call, client, Problem } from "@/shared/api/client";
import { useStrings } from "@/shared/i18n";
import { setPreference, usePreference } from "@/shared/lib/preferences";
import { startList, startLive, useConnection } from "@/shared/live/store";
import { Announcer } from "@/shared/ui/announcer";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { EmptyState, ProblemText, Spinner } from "@/shared/ui/feedback";
import { Toasts } from "@/shared/ui/toast";
import { useIsPhone } from "@/shared/ui/use-media";
import { Aside } from "./aside";
import { ConnectionBanner } from "./connection-banner";
import { useGlobalCommands } from "./global-commands";
import { useTabEffects } from "./tab-effects";

const RETRY_MILLISECONDS = 2000;
const LOGGED_IN = "flowent.loggedIn";

/** A guess, not a right: the server decides with every request. */
function wasLoggedIn(): boolean {
  try {
    return localStorage.getItem(LOGGED_IN) !== null;
  } catch {
    return false;
  }
}

function rememberLogin(loggedIn: boolean): void {
  try {
    if (loggedIn) {
      localStorage.setItem(LOGGED_IN, "yes");
    } else {
      localStorage.removeItem(LOGGED_IN);
    }
  } catch {
    // Without storage the page asks first.
  }
}

export function Workspace() {
  const t = useStrings();
  const about = useQuery({
    queryKey: ["about"],
    queryFn: () => call(client.GET("/api/about")),
    // Until the workspace answers, the page asks again by itself; it says so after the first question.
    retry: false,
    refetchInterval: ({ state }) => (state.status === "error" && !state.data ? RETRY_MILLISECONDS : false),
  });
  // Kept while it is asked again: what is shown does not change with every question.
  const [problem, setProblem] = useState<Error | null>(null);
  useEffect(() => {
    if (about.error || about.isSuccess) {
      setProblem(about.error);
    }
  }, [about.error, about.isSuccess]);
  const connection = useConnection();
  const loggedOut =
    connection.kind === "logged_out" || (about.error instanceof Problem && about.error.status === 401);
  useEffect(() => {
    if (loggedOut || about.isSuccess) {
      rememberLogin(!loggedOut);
    }
  }, [loggedOut, about.isSuccess]);
  if (loggedOut) {
    return <ToLogin />;
  }
  if (about.data === undefined && problem !== null) {
    return (
      <main className="grid h-dvh place-items-center p-6">
        <EmptyState
          title={t.frame.unreachable}
          action={<Button onClick={() => about.refetch()}>{t.common.retry}</Button>}
        >
          <ProblemText error={problem} />
        </EmptyState>
      </main>
    );
  }
  // Whoever was logged in here is shown their work at once, not after a question to the server.
  if (about.isPending && !wasLoggedIn()) {
    return (
      <div className="grid h-dvh place-items-center">
        <Spinner />
      </div>
    );
  }
  return <Frame />;
}

/** Once: the address is that of the login already while its page is still loaded. */
function ToLogin() {
  const navigate = useNavigate();
  const [next] = useState(useLocation().href);
  useEffect(() => {
    void navigate({ to: "/login", search: { next }, replace: true });
  }, [navigate, next]);
  return null;
}

function Frame() {
  const t = useStrings();
  const queries = useQueryClient();
  const { conversationId = null } = useParams({ strict: false });
  useEffect(startLive, []);
  useEffect(startList, []);
  useTabEffects(conversationId);
  useGlobalCommands(conversationId);
  const connection = useConnection();
  // After a lost connection anything may have changed, also what does not come through the stream.
  const live = connection.kind === "live";
  useEffect(() => {
    if (live) {
      void queries.invalidateQueries({ refetchType: "active" });
    }
  }, [live, queries]);
  return (
    <div className="flex h-dvh overflow-hidden bg-canvas text-ink">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-raised px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t.frame.skipToContent}
      </a>
      <SidebarSlot>
        <ConversationSidebar activeId={conversationId} />
      </SidebarSlot>
      <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
        <ConnectionBanner />
        <Outlet />
      </main>
      <PaletteHost conversationId={conversationId} />
      <Toasts />
      <Announcer />
    </div>
  );
}

/** At the left where there is room for it, else a drawer over the page that closes once something was chosen in it. */
function SidebarSlot({ children }: { children: ReactNode }) {
  const t = useStrings();
  const phone = useIsPhone();
  const open = usePreference("sidebarOpen");
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone every new page closes the drawer
  useEffect(() => {
    if (phone) {
      setPreference("sidebarOpen", false);
    }
  }, [phone, pathname]);
  if (phone) {
    return (
      <Dialog
        open={open}
        onClose={() => setPreference("sidebarOpen", false)}
        title={t.conversations.title}
        placement="left"
        hideTitle
      >
        {children}
      </Dialog>
    );
  }
  return open ? <Aside className="w-72 border-r">{children}</Aside> : null;
}
