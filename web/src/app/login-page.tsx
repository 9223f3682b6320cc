/** The login, outside the frame: nothing behind it is asked for before somebody is logged in. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Login } from "@/features/welcome/login";
import { forgetLogout } from "@/shared/live/store";

export function LoginPage() {
  const { next = "/" } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const queries = useQueryClient();
  return (
    <Login
      onLoggedIn={() => {
        forgetLogout();
        queries.clear();
        void navigate({ to: next.startsWith("/") && !next.startsWith("//") ? next : "/", replace: true });
      }}
    />
  );
}
