/** The page's addresses. Every one of them can be opened directly, reloaded and shared with another tab. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { ConversationPage } from "./conversation-page";
import { CrashPage } from "./crash-page";
import { NewPage } from "./new-page";
import { NotFoundPage } from "./not-found-page";
import { Workspace } from "./workspace";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

interface LoginSearch {
  /** Where to go afterwards. */
  next?: string;
  /** Why a link was refused: "link" or "too_many_attempts". */
  refused?: string;
  /** Seconds after which another attempt makes sense. */
  retry_after?: number;
}

function loginSearch({ next, refused, retry_after }: Record<string, unknown>): LoginSearch {
  return {
    ...(typeof next === "string" ? { next } : {}),
    ...(typeof refused === "string" ? { refused } : {}),
    ...(typeof retry_after === "number" ? { retry_after } : {}),
  };
}

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import("./login-page"), "LoginPage"),
});

const workspace = createRoute({ getParentRoute: () => root, id: "workspace", component: Workspace });

const start = createRoute({ getParentRoute: () => workspace, path: "/", component: NewPage });

const conversation = createRoute({
  getParentRoute: () => workspace,
  path: "/c/$conversationId",
  component: ConversationPage,
});

const settings = createRoute({
  getParentRoute: () => workspace,
  path: "/settings/{-$section}",
  component: lazyRouteComponent(() => import("./settings-page"), "SettingsRoute"),
});

const tree = root.addChildren([login, workspace.addChildren([start, conversation, settings])]);

export function makeRouter() {
  return createRouter({ routeTree: tree, defaultPreload: "intent", defaultErrorComponent: CrashPage });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
