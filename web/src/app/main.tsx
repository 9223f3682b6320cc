/** Where the page starts. Theme and language are set before anything is shown. */
import "./theme.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "@/shared/api/client";
import { setLanguage } from "@/shared/i18n";
import { listenToKeys } from "@/shared/lib/commands";
import { followOtherTabs, preferences } from "@/shared/lib/preferences";
import { TooltipProvider } from "@/shared/ui/tooltip";
import { followAppearance } from "./appearance";
import { makeRouter } from "./router";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the server refused it will refuse again; only a lost connection is worth another attempt.
      retry: (failures, error) => !(error instanceof Problem) && failures < 2,
    },
  },
});

async function start(root: HTMLElement): Promise<void> {
  followAppearance();
  followOtherTabs();
  listenToKeys();
  await setLanguage(preferences().language);
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    // Without it the page works as well; it only cannot be opened while the workspace is away.
    navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  }
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <TooltipProvider>
          <RouterProvider router={makeRouter()} />
        </TooltipProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root) {
  void start(root);
}
